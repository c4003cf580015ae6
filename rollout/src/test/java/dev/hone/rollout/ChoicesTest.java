package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.rollout.Constraint.Written;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChoicesTest {
    private static final List<int[]> SEQUENCES = List.of(new int[]{5, 6}, new int[]{5, 6, 7}, new int[]{8});

    private static Written written(int... ids) { return new Written(0, 0, new int[]{1}, ids, Optional.empty()); }

    @Test
    void whatContinuesSomeChoiceIsAllowed() {
        Choices choices = new Choices(SEQUENCES, Set.of(0));
        assertThat(choices.allowed(written())).isEqualTo(TokenSet.of(5, 8));
        assertThat(choices.allowed(written(5))).isEqualTo(TokenSet.of(6));
        assertThat(choices.allowed(written(5, 6))).isEqualTo(TokenSet.of(0, 7));
        assertThat(choices.allowed(written(5, 6, 7))).isEqualTo(TokenSet.of(0));
        assertThat(choices.complete(written(8))).isFalse();
        assertThat(choices.longest()).isEqualTo(4);
        assertThatThrownBy(() -> choices.allowed(written(5, 9))).hasMessageContaining("token 9 continues none");
    }

    @Test
    void withoutEndTokensTheLastTokenCompletes() {
        Choices choices = Choices.of(List.of(new int[]{5, 6}, new int[]{8}));
        assertThat(choices.complete(written(5))).isFalse();
        assertThat(choices.complete(written(5, 6))).isTrue();
        assertThat(choices.longest()).isEqualTo(2);
    }

    @Test
    void whatCannotBeToldApartIsRefused() {
        assertThatThrownBy(() -> Choices.of(SEQUENCES)).hasMessageContaining("the beginning of a longer one");
        assertThatThrownBy(() -> Choices.of(List.of())).hasMessageContaining("at least one");
        assertThatThrownBy(() -> Choices.of(List.of(new int[0]))).hasMessageContaining("a choice is empty");
        assertThatThrownBy(() -> new Choices(SEQUENCES, Set.of(7))).hasMessageContaining("not an end token");
    }

    @Test
    void setsOfTokensKnowTheirMembers() {
        TokenSet set = TokenSet.of(4, 2, 4);
        assertThat(set.ids()).containsExactly(2, 4);
        assertThat(set.contains(3)).isFalse();
        assertThat(set.size(9)).isEqualTo(2);
        java.util.BitSet bits = new java.util.BitSet();
        bits.set(2);
        bits.set(4);
        assertThat(TokenSet.of(bits)).isEqualTo(set).hasSameHashCodeAs(set);
        assertThat(TokenSet.ALL.contains(7)).isTrue();
        assertThat(TokenSet.ALL.size(9)).isEqualTo(9);
        assertThatThrownBy(TokenSet.ALL::ids).hasMessageContaining("isAll()");
    }
}
