package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RewardScalerTest {
    private static List<Score> scores(double... values) { return Arrays.stream(values).mapToObj(Score::of).toList(); }

    @Test
    void mergesBatchesAsIfTheyWereOne() {
        RewardScaler parts = RewardScaler.empty().update(scores(1, 2)).update(List.of()).update(scores(10, -4, 3));
        RewardScaler whole = RewardScaler.empty().update(scores(1, 2, 10, -4, 3));
        assertThat(parts.deviation()).isCloseTo(whole.deviation(), within(1e-12)).isCloseTo(5.029910, within(1e-6));
        assertThat(parts.mean()).isCloseTo(2.4, within(1e-12));
    }

    @Test
    void dividesWithoutShifting() {
        RewardScaler scaler = RewardScaler.empty().update(scores(0, 2));
        double deviation = Math.sqrt(2);
        List<Score> scaled = scaler.apply(List.of(Score.of(4), Score.dense(new float[]{1, 3}), Score.unusable("late")));
        assertThat(scaled.get(0).total()).isCloseTo(4 / deviation, within(1e-12));
        assertThat(((Score.Dense) scaled.get(1)).values()[1]).isCloseTo((float) (3 / deviation), within(1e-6f));
        assertThat(scaled.get(2)).isEqualTo(Score.unusable("late"));
        assertThat(RewardScaler.empty().update(scores(5)).apply(scores(5))).isEqualTo(scores(5));
    }

    @Test
    void unusableScoresAreNotSeen() {
        RewardScaler scaler = RewardScaler.empty().update(List.of(Score.unusable("late"), Score.of(1)));
        assertThat(scaler.count()).isEqualTo(1);
    }

    @Test
    void survivesACheckpoint() {
        RewardScaler scaler = RewardScaler.empty().update(scores(1, 2, 4));
        assertThat(RewardScaler.of(scaler.toMap())).isEqualTo(scaler);
        assertThatThrownBy(() -> RewardScaler.of(Map.of("count", 1, "mean", 2))).hasMessageContaining("squares");
        assertThatThrownBy(() -> new RewardScaler(1, Double.NaN, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
