package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.rollout.TokenSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SupportKeeperTest {

    @Test
    void setsComeBackAsTheyWere() {
        List<TokenSet> sets = List.of(TokenSet.of(), TokenSet.ALL, TokenSet.of(0), TokenSet.of(0, 127, 128, 255, 256),
                TokenSet.of(49_999, 150_000, Integer.MAX_VALUE),
                TokenSet.of(new Random(1).ints(900, 0, 60_000).toArray()),
                TokenSet.of(IntStream.range(5, 50_000).toArray()));
        assertThat(SupportKeeper.restored(SupportKeeper.kept(sets))).isEqualTo(sets);
        assertThat(SupportKeeper.restored(SupportKeeper.kept(List.of()))).isEmpty();
    }

    @Test
    void nearlyEverythingTakesLittle() {
        TokenSet most = TokenSet.of(IntStream.range(0, 50_000).filter(id -> id % 1000 != 7).toArray());
        assertThat(SupportKeeper.kept(List.of(most, most)).length()).isLessThan(1000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "not base 64!"})
    void anotherTextIsTold(String text) {
        assertThatThrownBy(() -> SupportKeeper.restored(text)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("resume from another checkpoint");
    }

    @Test
    void aTextThatWasCutIsTold() {
        String whole = SupportKeeper.kept(List.of(TokenSet.of(new Random(1).ints(900, 0, 60_000).toArray())));
        assertThatThrownBy(() -> SupportKeeper.restored(whole.substring(0, whole.length() / 8 * 4)))
                .isInstanceOf(CheckpointException.class);
    }
}
