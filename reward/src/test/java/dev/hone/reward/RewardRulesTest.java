package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.ConfigException;
import dev.hone.config.ConfigReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RewardRulesTest {
    private static List<RewardRules.Chosen> parse(String... texts) { return RewardRules.parse(List.of(texts)); }

    static List<RewardRules.Entry> entries() { return RewardRules.all(); }

    @Test
    void namesSettingsAndWeights() {
        assertThat(parse("numeric_match:2,length(target=50, unit=words):0.1 , think-format:-1")).containsExactly(
                new RewardRules.Chosen("numeric_match", new NumericMatch("answer", 1e-6, 0, ""), 2),
                new RewardRules.Chosen("length", new LengthTarget(50, LengthUnit.WORDS), 0.1),
                new RewardRules.Chosen("think_format", new ThinkFormat(), -1));
    }

    /** A list setting cuts at every comma. */
    @Test
    void textsThatWereCutAtCommasAreTheSame() {
        assertThat(parse("length(target=50", "unit=words):0.1", "think_format"))
                .isEqualTo(parse("length(target=50,unit=words):0.1,think_format"));
    }

    @Test
    void quotesAndLists() {
        assertThat(parse("regex(pattern=\"a,[(]b|'c\")").getFirst().settings())
                .isEqualTo(new RegexMatch("a,[(]b|'c", false, false));
        assertThat(parse("words(present=[a b, \"c\"], forbidden=don't)").getFirst().settings())
                .isEqualTo(new WordList(List.of("a b", "c"), List.of("don't"), "", true));
    }

    @Test
    void twoOfOneKindNeedTwoNames() {
        assertThat(parse("dates(as=first), dates(as=second, share=true):3")).extracting(RewardRules.Chosen::name)
                .containsExactly("first", "second");
        assertThatThrownBy(() -> parse("dates", "dates(share=true)")).hasMessageContaining("dates twice")
                .hasMessageContaining("dates(as=second");
    }

    @Test
    void allMistakesAtOnce() {
        assertThatThrownBy(() -> parse(
                "numeric_mach, length(targt=5):x, repetition_penalty(max_penalty=1, ngram_size=two), regex(pattern=\"(\"),"
                        + " think_format(3), dates(share=true, share=false), text_metric(metric=blue)"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("Did you mean numeric_match?", "There are numeric_match, exact_match",
                        "the weight x", "length.targt: found an unknown key", "Did you mean target?",
                        "length.target: found no value", "repetition_penalty.max_penalty",
                        "repetition_penalty.ngram_size", "regex.pattern", "found 3, expected key=value",
                        "share twice", "Did you mean bleu?", "in length(targt=5):x");
    }

    @Test
    void brokenTextsAreToldAndNothingIsChosen() {
        for (String text : new String[]{"length(target=5", "length)target(", "(x)", "length:", "1length", "a b"}) {
            assertThatThrownBy(() -> parse(text)).as(text).isInstanceOf(ConfigException.class);
        }
        assertThatThrownBy(() -> parse("")).hasMessageContaining("at least one reward");
        assertThatThrownBy(() -> parse("length(target=5):NaN")).hasMessageContaining("the weight NaN");
        assertThatThrownBy(() -> parse("regex(config=/etc/passwd)")).hasMessageContaining("config=/etc/passwd")
                .hasMessageContaining("key=value");
    }

    @ParameterizedTest
    @MethodSource("entries")
    void everyKindIsARewardOrOpensOne(RewardRules.Entry entry) {
        assertThat(
                RewardFunction.class.isAssignableFrom(entry.type()) || RewardSpec.class.isAssignableFrom(entry.type()))
                .isTrue();
        assertThat(ConfigReader.of(List.of(entry.type())).keys()).doesNotContain("as");
        assertThat(entry.name()).matches("[a-z_]+");
        assertThat(entry.summary()).isNotBlank();
    }
}
