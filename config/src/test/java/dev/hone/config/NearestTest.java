package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    @ParameterizedTest
    @CsvSource({"'', '', 0", "a, '', 1", "'', abc, 3", "kitten, sitting, 3", "ab, ba, 1", "learning, laerning, 1",
            "same, same, 0", "ca, abc, 3"})
    void distances(String a, String b, int distance) {
        assertThat(Nearest.distance(a, b)).isEqualTo(distance).isEqualTo(Nearest.distance(b, a));
    }

    @Test
    void nothingIsNearWhenNothingIsAlike() {
        assertThat(Nearest.of("quantum", List.of("seed", "packing"))).isEmpty();
        assertThat(Nearest.of("", List.of("seed"))).isEmpty();
        assertThat(Nearest.of("seed", List.of())).isEmpty();
        assertThat(Nearest.of("___", List.of("seed", "max_steps"))).isEmpty();
        assertThat(Nearest.of("x".repeat(100_000), List.of("seed"))).isEmpty();
    }

    @Test
    void theClosestWinsThenTheShortestWithAllWords() {
        assertThat(Nearest.of("step", List.of("steep", "steps", "stop", "stepping"))).contains("steep");
        assertThat(Nearest.of("epoch_num", List.of("total_num_epoch_count", "num_every_epoch")))
                .contains("num_every_epoch");
    }
}
