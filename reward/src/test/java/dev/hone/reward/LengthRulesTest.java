package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules about lengths and tokens. */
class LengthRulesTest {
    private static double tokens(String rule, int... ids) {
        return Rule.of(rule).score(Rule.input("x").withIds(ids)).total();
    }

    @Test
    void target() {
        assertThat(tokens("length(target=4)", 1, 2, 3, 4)).isEqualTo(1);
        assertThat(tokens("length(target=4)", 1, 2)).isEqualTo(0.5);
        assertThat(tokens("length(target=1)", 1, 2, 3)).isZero();
        assertThat(Rule.score("length(target=2, unit=words)", "two  words")).isEqualTo(1);
        assertThat(Rule.score("length(target=2, unit=characters)", "😀!")).isEqualTo(1);
    }

    /** Values of DAPO's equation 13, the second as TRL's example gives it. */
    @ParameterizedTest
    @CsvSource({"80,0", "90,-0.5", "100,-1", "101,-1", "0,0"})
    void softOverlongPunishment(int length, double expected) {
        assertThat(tokens("soft_overlong_punishment(max_completion_len=100, soft_punish_cache=20)", new int[length]))
                .isEqualTo(expected);
    }

    @Test
    void overlongPunishmentWithoutSoftPart() {
        String rule = "soft_overlong_punishment(max_completion_len=2, soft_punish_cache=0)";
        assertThat(tokens(rule, 1, 2)).isZero();
        assertThat(tokens(rule, 1, 2, 3)).isEqualTo(-1);
    }

    /** The first two are TRL's example. */
    @Test
    void repetitionPenalty() {
        assertThat(tokens("repetition_penalty(ngram_size=2)", 1, 2, 3, 4)).isZero();
        assertThat(tokens("repetition_penalty(ngram_size=2)", 5, 5, 5, 5, 5)).isEqualTo(-0.75);
        assertThat(tokens("repetition_penalty", 1, 1)).isZero();
        assertThat(Rule.score("repetition_penalty(ngram_size=1, unit=words, max_penalty=-2)", "The the cat the"))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"42,0,1", "42,50,0.75", "42,100,0.5", "42,300,0.5", "41,0,-1", "41,50,-0.75", "41,100,-0.5"})
    void cosineScaled(String completion, int length, double expected) {
        RewardInput input = RewardInput.text("p", completion, Map.of("answer", "42")).withIds(new int[length]);
        assertThat(Rule.of("cosine_scaled(max_len=100)").score(input).total()).isCloseTo(expected, within(1e-12));
    }

    @Test
    void cosineScaledNeedsAReference() {
        assertThat(Rule.of("cosine_scaled").score(Rule.input("42")).usable()).isFalse();
        assertThat(
                Rule.score("cosine_scaled(numeric=false, max_len=10, unit=characters)", "the answer is Rome!", "rome!"))
                .isEqualTo(0.5);
    }
}
