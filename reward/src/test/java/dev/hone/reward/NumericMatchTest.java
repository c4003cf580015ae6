package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumericMatchTest {
    @ParameterizedTest
    @ValueSource(strings = {"42", "It is 41, no: 42.", "6 times 7.\n#### 42", "so \\boxed{42} of 100",
            "\\boxed{\\text{about }42}",
            "The answer is 42. I checked 3 times.", "Answer: $42.00 in 5 days", "84/2", "\\frac{84}{2}", "**42**",
            "x = 42", "the answer is: 42", "\\boxed{7} or \\boxed{42}", "open: \\boxed{42", "42\u00a0%", "4.2e1",
            "(42)", "\\$42"})
    void isFound(String completion) { assertThat(Rule.score("numeric_match", completion, "42")).isEqualTo(1); }

    @ParameterizedTest
    @ValueSource(strings = {"", "no number", "41", "42 or 43", "-42", "#### 43 not 42", "\\boxed{41}, not 42", "0.42",
            "420",
            "H42", "42/0", "4,2"})
    void isNotFound(String completion) { assertThat(Rule.score("numeric_match", completion, "42")).isZero(); }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"1,234,567|1234567", "1{,}000|1000", "\u22125|-5", "- 5|-5", "0.3333333|1/3",
            ".5|\\frac{1}{2}", "-1/2|-0.5", "2020-05|2020/5", "3.14|[3, 3.14]"})
    void readsNumbersAsTheyAreWritten(String completion, String answer) {
        assertThat(Rule.score("numeric_match(tolerance=1e-6)", completion, answer))
                .isEqualTo(completion.equals("2020-05") ? 0 : 1);
    }

    @Test
    void aReferenceMayBeAWholeSolution() {
        assertThat(Rule.score("numeric_match", "12 eggs", "Six and 6 are <<6+6=12>>12 in 2 rows.\n#### 12"))
                .isEqualTo(1);
    }

    @Test
    void tolerancesAreAbsoluteAndRelative() {
        assertThat(Rule.score("numeric_match(tolerance=0.5)", "42.4", "42")).isEqualTo(1);
        assertThat(Rule.score("numeric_match(tolerance=0.5)", "42.6", "42")).isZero();
        assertThat(Rule.score("numeric_match(relative_tolerance=0.01)", "1009", "1000")).isEqualTo(1);
        assertThat(Rule.score("numeric_match(tolerance=0)", "9007199254740993", "9007199254740992")).isZero();
    }

    @Test
    void hugeNumbersCostNothing() {
        assertThat(Rule.score("numeric_match", "1e999999999", "1")).isZero();
        assertThat(Rule.score("numeric_match", "9".repeat(100_000), "1")).isZero();
    }

    @Test
    void aTagSaysWhereToRead() {
        assertThat(Rule.score("numeric_match(tag=answer)", "<answer>42</answer> 43", "42")).isEqualTo(1);
        assertThat(Rule.score("numeric_match(tag=answer)", "42", "42")).isZero();
    }

    @Test
    void aRowWithoutReferenceIsUnusable() {
        assertThat(Rule.of("numeric_match").score(Rule.input("42")))
                .isEqualTo(Score.unusable("the row has no answer to compare with"));
        assertThat(Rule.of("numeric_match(fact=gold)").score(RewardInput.text("p", "42", Map.of("gold", "none"))))
                .isEqualTo(Score.unusable("the reference in gold has no number"));
    }
}
