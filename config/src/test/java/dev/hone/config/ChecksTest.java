package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChecksTest {
    @Test
    void nothingIsThrownWhereAllHolds() {
        assertThatCode(() -> new Checks().require(true, "a", 1, "x").done()).doesNotThrowAnyException();
    }

    @Test
    void allBrokenRulesAreThrownTogether() {
        Checks checks = new Checks().require(false, "beta", 0.0, "a positive number").require(true, "b", 2, "x")
                .require(false, "stop", Optional.of("x"), "no stop", "Remove it.");
        assertThat(ConfigReaderTest.problems(checks::done)).extracting(Problem::text)
                .containsExactly("beta: found 0, expected a positive number.",
                        "stop: found \"x\", expected no stop. Remove it.");
    }

    @Test
    void aLongListIsCutInTheMessageAndWholeInTheProblems() {
        List<Problem> many = IntStream.range(0, 1000).mapToObj(i -> new Problem("k" + i, "a", "b", "", "")).toList();
        ConfigException thrown = new ConfigException(many);
        assertThat(thrown.problems()).hasSize(1000);
        assertThat(thrown).hasMessageStartingWith("1000 mistakes").hasMessageEndingWith("… and 800 more");
        assertThat(new ConfigException(many.getFirst()))
                .hasMessage("1 mistake in the configuration:\n  k0: found a, expected b.");
    }

    @Test
    void numbersAreShownAsPeopleWriteThem() {
        assertThat(List.of(1.0, 2e-5, 0.5, -3.0, 1e300, 1.5e-7)).extracting(Show::number)
                .containsExactly("1", "2e-5", "0.5", "-3", "1e300", "1.5e-7");
    }
}
