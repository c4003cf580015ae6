package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hone.config.Samples.Smoothing;
import dev.hone.config.Samples.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KeysTest {
    record Bare(int steps) {}

    record Mute(@Setting(value = "1", doc = " ") int steps) {}

    record NoDefault(@Setting(doc = "x") int steps) {}

    record WrongDefault(@Setting(value = "x", doc = "x") double rate) {}

    record OutOfRange(@Setting(value = "0", doc = "x", above = 0) double rate) {}

    record Contradicting(@Setting(value = "1", doc = "x", min = 2, max = 1) int rate) {}

    record TwoMinima(@Setting(value = "1", doc = "x", min = 0, above = 0) int rate) {}

    record RangeOnText(@Setting(doc = "x", min = 0) String name) {}

    record DefaultAndRequired(@Setting(value = "1", doc = "x", required = true) int steps) {}

    record DefaultOfOptional(@Setting(value = "1", doc = "x") Optional<Integer> steps) {}

    record RequiredOptional(@Setting(doc = "x", required = true) Optional<Integer> steps) {}

    record Unsupported(@Setting(doc = "x") Object thing) {}

    record UnsupportedMap(@Setting(doc = "x") Map<String, Integer> thing) {}

    record ListOfLists(@Setting(doc = "x") List<List<String>> thing) {}

    record PathDefault(@Setting(doc = "x") Path file) {}

    record Seeded(@Setting(value = "1", doc = "x") long seed) {}

    record Aliased(@Setting(value = "1", doc = "x", aliases = "seed") long random) {}

    static List<Arguments> broken() {
        return List.of(Arguments.of(Bare.class, "Bare.steps has no @Setting"),
                Arguments.of(Mute.class, "Mute.steps has no @Setting with a doc"),
                Arguments.of(NoDefault.class, "NoDefault.steps has the default \"\": expected a whole number"),
                Arguments.of(WrongDefault.class, "the default \"x\": expected a number"),
                Arguments.of(OutOfRange.class, "the default \"0\": expected a number above 0"),
                Arguments.of(Contradicting.class, "bounds that exclude each other"),
                Arguments.of(TwoMinima.class, "bounds that exclude each other"),
                Arguments.of(RangeOnText.class, "a range on a text"),
                Arguments.of(DefaultAndRequired.class, "too much said"),
                Arguments.of(DefaultOfOptional.class, "too much said"),
                Arguments.of(RequiredOptional.class, "too much said"),
                Arguments.of(Unsupported.class, "the type java.lang.Object: expected int"),
                Arguments.of(UnsupportedMap.class, "Map<"),
                Arguments.of(ListOfLists.class, "List<"),
                Arguments.of(PathDefault.class, "the default \"\": expected a path"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aDeclarationThatContradictsItselfIsRefused(Class<? extends Record> type, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> ConfigReader.of(type)).withMessageContaining(message);
    }

    @Test
    void aKeyOfTwoRecordsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ConfigReader.of(TrainingRun.class, Seeded.class))
                .withMessageContaining("seed is declared by TrainingRun.seed and by Seeded.seed");
        assertThatIllegalArgumentException().isThrownBy(() -> ConfigReader.of(Aliased.class, Seeded.class))
                .withMessageContaining("seed is declared by Seeded.seed and by Aliased.random");
        assertThatIllegalArgumentException().isThrownBy(() -> ConfigReader.of(Seeded.class, Seeded.class));
    }

    @Test
    void keysKeepTheOrderOfTheRecords() {
        assertThat(ConfigReader.of(Smoothing.class, Seeded.class).keys()).containsExactly("label_smoothing",
                "neftune_noise_alpha", "seed");
    }

    @ParameterizedTest
    @CsvSource({"learningRate, learning_rate", "adamBeta1, adam_beta1", "topP, top_p", "useKLTerm, use_kl_term",
            "seed, seed", "loraR, lora_r",
            "fp32Head, fp32_head"})
    void snakeCase(String component, String key) { assertThat(Names.snake(component)).isEqualTo(key); }
}
