package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.ModelException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RewardQualityTest {
    private static RewardQuality.Pair pair(double chosen, double rejected, int chosenLength, int rejectedLength) {
        return new RewardQuality.Pair(chosen, rejected, chosenLength, rejectedLength, Optional.empty());
    }

    /** Right, right, wrong and a tie; the chosen answer is longer, equal, shorter, longer. */
    private static final List<RewardQuality.Pair> FOUR = List.of(pair(2, 0, 4, 2), pair(1, 0.5, 3, 3), pair(0, 1, 1, 5),
            pair(1, 1, 6, 4));

    @Test
    void sharesMarginAndBaselinesAreThoseCountedByHand() {
        RewardQuality quality = RewardQuality.of(FOUR);
        assertThat(quality.pairs()).isEqualTo(4);
        assertThat(quality.accuracy()).isEqualTo(0.5);
        assertThat(quality.tieRate()).isEqualTo(0.25);
        assertThat(quality.margin()).isCloseTo((2 + 0.5 - 1 + 0) / 4, within(1e-12));
        assertThat(quality.longerWins()).isEqualTo((1 + 0.5 + 0 + 1) / 4);
        assertThat(quality.firstWins()).isEmpty();
    }

    @Test
    void theIntervalIsWilsons() {
        // 8 of 10, from Wilson's formula worked by hand: centre 0.71674, half-width 0.22659
        List<RewardQuality.Pair> ten = Stream.concat(Collections.nCopies(8, pair(1, 0, 1, 1)).stream(),
                Collections.nCopies(2, pair(0, 1, 1, 1)).stream()).toList();
        RewardQuality quality = RewardQuality.of(ten);
        assertThat(quality.interval().low()).isCloseTo(0.4901625, within(1e-6));
        assertThat(quality.interval().high()).isCloseTo(0.9433178, within(1e-6));
        RewardQuality perfect = RewardQuality.of(ten.subList(0, 1));
        assertThat(perfect.interval().low()).isCloseTo(0.2065493, within(1e-6));
        assertThat(perfect.interval().high()).isEqualTo(1);
    }

    @Test
    void calibrationComparesConfidenceWithWhatWasRight() {
        // σ(ln 3) = 0.75: right in one of two is 0.25 too sure; a tie is neither; σ(ln 19) = 0.95 and right is 0.05 too unsure.
        double three = Math.log(3);
        RewardQuality quality = RewardQuality.of(List.of(pair(three, 0, 1, 1), pair(0, three, 1, 1), pair(0, 0, 1, 1),
                pair(Math.log(19), 0, 1, 1)));
        assertThat(quality.calibrationError()).isCloseTo((2 * 0.25 + 0 + 0.05) / 4, within(1e-12));
        assertThat(RewardQuality.of(List.of(pair(800, 0, 1, 1))).calibrationError()).isZero();
    }

    @Test
    void scoreAndLengthAreCorrelatedOverAllAnswers() {
        assertThat(RewardQuality.of(List.of(pair(4, 2, 40, 20), pair(1, 3, 10, 30))).lengthCorrelation().orElseThrow())
                .isCloseTo(1, within(1e-12));
        // scores 1 2 3 4 against lengths 1 3 2 4: 4 of 5
        assertThat(RewardQuality.of(List.of(pair(1, 2, 1, 3), pair(3, 4, 2, 4))).lengthCorrelation().orElseThrow())
                .isCloseTo(0.8, within(1e-12));
        RewardQuality constant = RewardQuality.of(List.of(pair(1, 2, 3, 3)));
        assertThat(constant.lengthCorrelation()).isEqualTo(OptionalDouble.empty());
        assertThat(constant.numbers()).doesNotContainKeys("length_correlation", "first_wins").containsKeys("accuracy",
                "accuracy_low", "accuracy_high", "margin", "tie_rate", "calibration_error", "longer_wins");
        assertThat(constant.render()).contains("length none", "first wins not known");
    }

    @Test
    void anOrderInTheDataIsABaseline() {
        List<RewardQuality.Pair> ordered = Stream.of(true, true, true, false)
                .map(first -> new RewardQuality.Pair(1, 0, 1, 2, Optional.of(first))).toList();
        assertThat(RewardQuality.of(ordered).firstWins()).hasValue(0.75);
        assertThat(RewardQuality.of(ordered).longerWins()).isZero();
    }

    @Test
    void aModelNoBetterThanARuleIsNamed() {
        assertThat(RewardQuality.of(FOUR).warnings()).singleElement().asString().contains("not told apart from chance");
        List<RewardQuality.Pair> longer = Stream.concat(Collections.nCopies(80, pair(1, 0, 9, 1)).stream(),
                Collections.nCopies(20, pair(0, 1, 9, 1)).stream()).toList();
        assertThat(RewardQuality.of(longer).warnings()).singleElement().asString().contains("80.0 %", "100.0 %",
                "longer answer");
        assertThat(RewardQuality.of(Collections.nCopies(80, pair(1, 0, 2, 2))).warnings()).isEmpty();
    }

    @Test
    void theGateSaysWhatWasFoundAndWhatIsExpected() {
        Path folder = Path.of("runs", "reward");
        RewardQuality quality = RewardQuality.of(FOUR);
        quality.requireAccuracy(0.5, folder, "least_accuracy");
        assertThatThrownBy(() -> quality.requireAccuracy(0.6, folder, "least_accuracy"))
                .isInstanceOf(ModelException.class)
                .hasMessageContainingAll(folder.toString(), "50.0 %", "95 % interval", "4 pairs", "at least 60.0 %",
                        "least_accuracy");
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> pair(Double.NaN, 0, 1, 1)).isInstanceOf(NonFiniteException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> RewardQuality.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
