package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SamplingTest {

    @Test
    void valuesOutOfRangeAreNamedWithWhatWasExpected() {
        Sampling plain = Sampling.of(1, 0);
        Stream.of(
                bad(() -> Sampling.of(-0.1, 0), "temperature is -0.1, expected 0 (greedy) or more"),
                bad(() -> Sampling.of(Double.NaN, 0), "temperature is NaN"),
                bad(() -> plain.withTopK(-1), "top_k is -1, expected 0 (off) or more"),
                bad(() -> plain.withTopP(0), "top_p is 0.0, expected above 0"),
                bad(() -> plain.withTopP(1.01), "top_p is 1.01"),
                bad(() -> plain.withMinP(-1), "min_p is -1.0, expected 0 (off) to 1"),
                bad(() -> plain.withRepetitionPenalty(0), "repetition_penalty is 0.0, expected above 0"),
                bad(() -> new Generation(0, 1, plain, Stop.NEVER), "max_new_tokens is 0, expected at least 1"),
                bad(() -> new Generation(1, 0, plain, Stop.NEVER), "samples_per_prompt is 0"),
                bad(() -> Stop.at(-2), "stop token is -2"),
                bad(() -> Stop.NEVER.withStrings(""), "stop string is empty"),
                bad(() -> new EngineLimits(0, 1, 1), "slots is 0")).forEach(
                        entry -> assertThatThrownBy(entry.getKey()).isInstanceOf(IllegalArgumentException.class)
                                .hasMessageContaining(entry.getValue()));
    }

    private static Map.Entry<ThrowingCallable, String> bad(ThrowingCallable call, String message) {
        return Map.entry(call, message);
    }

    @Test
    void withersChangeOneValue() {
        assertThat(Sampling.of(0.7, 5).withTopK(3).withTopP(0.9).withMinP(0.1).withRepetitionPenalty(1.2).withSeed(6))
                .isEqualTo(new Sampling(0.7, 3, 0.9, 0.1, 1.2, 6));
        assertThat(Sampling.GREEDY.greedy()).isTrue();
    }
}
