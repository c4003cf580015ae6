package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules about the words of a completion. */
class TextRulesTest {
    @Test
    void exactMatch() {
        assertThat(Rule.score("exact_match", " Paris \n", "paris")).isEqualTo(1);
        assertThat(Rule.score("exact_match", "New\n  York", "new york")).isEqualTo(1);
        assertThat(Rule.score("exact_match(ignore_case=false)", "Paris", "paris")).isZero();
        assertThat(Rule.score("exact_match", "Paris it is", "paris")).isZero();
        assertThat(Rule.score("exact_match(marked=true)", "Well, the answer is Paris.", "paris")).isEqualTo(1);
        assertThat(Rule.score("exact_match", "b", "[\"a\", \"b\"]")).isEqualTo(1);
        assertThat(Rule.score("exact_match", "[1]", "[1]")).isZero();
        assertThat(Rule.score("exact_match(tag=a)", "<a>Rome</a>", "rome")).isEqualTo(1);
        assertThat(Rule.of("exact_match").score(Rule.input("x")).usable()).isFalse();
    }

    @Test
    void regex() {
        assertThat(Rule.score("regex(pattern=\"a.c\")", "xa\ncx")).isEqualTo(1);
        assertThat(Rule.score("regex(pattern=\"a.c\", whole=true)", "xabc")).isZero();
        assertThat(Rule.score("regex(pattern='A, *B', ignore_case=true)", "a, b")).isEqualTo(1);
    }

    @Test
    void formatTags() {
        String good = "<think>a</think>\n<answer>b</answer>";
        assertThat(Rule.score("format_tags", good)).isEqualTo(1);
        assertThat(Rule.score("format_tags", "\n" + good + "\n")).isEqualTo(1);
        for (String bad : new String[]{good + "x", "x" + good, "<answer>b</answer><think>a</think>", "<think>a</think>",
                "<think></think><answer>b</answer>", good + good, "<think>a<answer>b</answer></think>", "",
                "</think><think>a<answer>b</answer>"}) {
            assertThat(Rule.score("format_tags", bad)).as(bad).isZero();
        }
        assertThat(Rule.score("format_tags(partial=true)", "<think>a</think> b")).isEqualTo(0.25);
        assertThat(Rule.score("format_tags(tags=[plan])", "<plan>x</plan>")).isEqualTo(1);
    }

    @Test
    void thinkFormatAsTrlHasIt() {
        assertThat(Rule.score("think_format", "<think>\nreason\n</think>\nanswer")).isEqualTo(1);
        assertThat(Rule.score("think_format", "<think></think>")).isEqualTo(1);
        for (String bad : new String[]{"<think>\nreason\nanswer", " <think>a</think>b", "<think>a<think>b</think>c",
                "<think>a</think>b<think>", "a</think>b", ""}) {
            assertThat(Rule.score("think_format", bad)).as(bad).isZero();
        }
    }

    @Test
    void words() {
        assertThat(Rule.score("words(present=[cat, red dog])", "A Cat and a red dog.")).isEqualTo(1);
        assertThat(Rule.score("words(present=[cat,dog])", "concatenated dog")).isEqualTo(0.5);
        assertThat(Rule.score("words(forbidden=[darn,heck])", "Heck!")).isEqualTo(-0.5);
        assertThat(Rule.score("words(present=Cat, ignore_case=false)", "cat")).isZero();
        assertThat(Rule.of("words(fact=concepts)")
                .score(RewardInput.text("p", "the tree", Map.of("concepts", "[\"tree\", \"lake\"]"))))
                .isEqualTo(Score.of(0.5));
    }

    @ParameterizedTest
    @CsvSource({"1 2 3 4,0.4", "'1 2 2 9',0.2", "'one 1 two 2',0.2", "5,0.1", "none,0", "'',0", "'3 2 1',0.1",
            "'1 2 3 4 5 6 7 8 9 10 11 12',1", "'1, 2, 3',0.3", "'-2 -1 nan inf',0.2"})
    void increasingNumbersAsRl4lmsHasThem(String completion, double score) {
        assertThat(Rule.score("increasing_numbers", completion)).isCloseTo(score, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"on 2023-01-31 at", "31/01/2023", "1.31.23", "31 January 2023", "the 1st of May 1999",
            "January 31st, 2023", "Sept. 2020", "jan 5, 1850"})
    void aDate(String text) { assertThat(Rule.score("dates", "It was " + text + ".")).isEqualTo(1); }

    @ParameterizedTest
    @ValueSource(strings = {"2023-13-31", "32/13/2023", "1.5", "January", "in 2020", "may 5 people", "192.168.1.100",
            "1/2", "99 January 2023x"})
    void noDate(String text) { assertThat(Rule.score("dates", text)).isZero(); }

    @Test
    void sentencesWithDates() {
        assertThat(Rule.score("dates(share=true)", "Born 1 May 1990. Died young.\nBuried 3 May 1991!")).isCloseTo(
                2 / 3.0,
                within(1e-12));
        assertThat(Rule.score("dates(share=true)", "")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"bleu,0.3799178", "chrf,0.6457794", "chrf_plus_plus,0.6636067", "ter,-0.1666667", "rouge_1,0.8333333",
            "rouge_2,0.6", "rouge_l,0.8333333"})
    void metricsAgainstTheReference(String metric, double expected) {
        assertThat(Rule.score("text_metric(metric=" + metric + ")", "the cat sat on the mat", "the cat is on the mat"))
                .isCloseTo(expected, within(1e-6));
        assertThat(Rule.score("text_metric(metric=" + metric + ")", "the cat sat on the mat",
                "[\"nothing\", \"the cat sat on the mat\"]")).isCloseTo(metric.equals("ter") ? 0 : 1, within(1e-12));
    }
}
