package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Few tokens and many are kept in different ways, which nobody sees. */
class TokenSetTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 31, 32, 400, 1000})
    void holdsWhatItWasGiven(int count) {
        int[] ids = new Random(count).ints(0, 1000).distinct().limit(count).toArray();
        TokenSet set = TokenSet.of(ids);
        int[] sorted = Arrays.stream(ids).sorted().toArray();
        assertThat(set.ids()).isEqualTo(sorted);
        assertThat(set.size(1000)).isEqualTo(count);
        boolean[] marks = new boolean[1000];
        set.mark(marks);
        for (int id = -1; id < 1200; id++) {
            boolean inside = Arrays.binarySearch(sorted, id) >= 0;
            assertThat(set.contains(id)).as("%d", id).isEqualTo(inside);
            assertThat(id < 0 || id >= 1000 || marks[id] == inside).isTrue();
        }
        BitSet bits = new BitSet();
        IntStream.of(ids).forEach(bits::set);
        assertThat(TokenSet.of(bits)).isEqualTo(set).hasSameHashCodeAs(set);
        assertThat(set).hasToString(Arrays.toString(sorted));
    }

    @Test
    void setsOfOtherTokensAreOthers() {
        int[] many = IntStream.range(0, 900).toArray();
        assertThat(TokenSet.of(many)).isNotEqualTo(TokenSet.of(IntStream.range(0, 901).toArray()))
                .isNotEqualTo(TokenSet.ALL);
        assertThat(TokenSet.of(1, 900)).isNotEqualTo(TokenSet.of(1, 901)).isNotEqualTo(TokenSet.of());
        assertThat(TokenSet.of()).isNotEqualTo(TokenSet.ALL);
    }

    @Test
    void everythingHasNoListOfItsOwn() {
        boolean[] marks = new boolean[3];
        TokenSet.ALL.mark(marks);
        assertThat(marks).containsOnly(true);
        assertThat(TokenSet.ALL.contains(77)).isTrue();
        assertThat(TokenSet.ALL.size(12)).isEqualTo(12);
        assertThatThrownBy(TokenSet.ALL::ids).isInstanceOf(IllegalStateException.class);
    }
}
