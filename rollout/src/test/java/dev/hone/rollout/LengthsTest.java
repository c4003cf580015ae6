package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthsTest {

    @Test
    void everySampleDrawsItsOwnEvenly() {
        Map<Integer, Long> counts = counts(Lengths.between(3, 6));
        assertThat(counts).containsOnlyKeys(3, 4, 5, 6);
        assertThat(counts.values()).allMatch(count -> count > 900 && count < 1100);
        Map<Integer, Long> listed = counts(Lengths.anyOf(7, 7, 9, 7));
        assertThat(listed).containsOnlyKeys(7, 9);
        assertThat(listed.get(9)).isBetween(900L, 1100L);
        assertThat(counts(Lengths.of(5))).containsOnlyKeys(5);
        assertThat(Lengths.between(3, 6).longest()).isEqualTo(6);
    }

    private static Map<Integer, Long> counts(Lengths lengths) {
        return IntStream.range(0, 4000).mapToObj(i -> lengths.of(11, i / 8, i % 8))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    @Test
    void theDrawDependsOnSeedPromptAndSampleOnly() {
        Lengths lengths = Lengths.between(1, 1_000_000);
        int drawn = lengths.of(1, 2, 3);
        assertThat(Lengths.between(1, 1_000_000).of(1, 2, 3)).isEqualTo(drawn);
        assertThat(IntStream.of(lengths.of(2, 2, 3), lengths.of(1, 3, 3), lengths.of(1, 2, 4))).doesNotContain(drawn);
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Lengths.of(0)).hasMessage("max_new_tokens is 0, expected at least 1");
        assertThatThrownBy(() -> Lengths.between(4, 3)).hasMessageContaining("4 to 3");
        assertThatThrownBy(Lengths::anyOf).hasMessageContaining("empty");
        assertThat(Lengths.of(4)).isEqualTo(Lengths.anyOf(4)).hasToString("4");
    }
}
