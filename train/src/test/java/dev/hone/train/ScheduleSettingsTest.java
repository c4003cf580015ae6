package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleSettingsTest {
    private static ScheduleSettings of(ScheduleKind kind, Map<String, Object> options) {
        return new ScheduleSettings(kind, 0, 0, options);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "7, 0, 7", "7, 0.5, 7", "0.1, 0, 11", "0, 0.1, 11", "0.05, 0.5, 6", "0, 1, 101"})
    void warmupIsStepsOrAShareRoundedUp(double steps, double ratio, long expected) {
        assertThat(new ScheduleSettings(ScheduleKind.LINEAR, steps, ratio, Map.of()).warmup(101)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(ScheduleKind.class)
    void staysBetweenZeroAndOneWhateverTheLengths(ScheduleKind kind) {
        Map<String, Object> options = switch (kind) {
            case COSINE_WITH_MIN_LR -> Map.of("min_lr", 1e-5);
            case WARMUP_STABLE_DECAY -> Map.of("num_decay_steps", 0);
            default -> Map.of();
        };
        for (long total : new long[]{0, 1, 2, 13}) {
            Schedule schedule = of(kind, options).create(total, 1e-3);
            for (long step = 0; step <= total + 3; step++) {
                assertThat(schedule.factor(step)).as("%s, step %d of %d", kind, step, total).isBetween(0.0, 1.0);
            }
        }
    }

    @Test
    void leastRateIsAbsoluteOrAShare() {
        Schedule absolute = of(ScheduleKind.COSINE_WITH_MIN_LR, Map.of("min_lr", 2e-4)).create(10, 1e-3);
        Schedule share = of(ScheduleKind.COSINE_WITH_MIN_LR, Map.of("min_lr_rate", 0.2)).create(10, 1e-3);
        for (int step = 0; step <= 10; step++) {
            assertThat(absolute.factor(step)).isCloseTo(share.factor(step), within(1e-15));
        }
        assertThat(share.factor(10)).isCloseTo(0.2, within(1e-15));
        assertThatThrownBy(() -> of(ScheduleKind.COSINE_WITH_MIN_LR, Map.of()).create(10, 1e-3))
                .hasMessageContaining("one of min_lr and min_lr_rate");
    }

    @Test
    void inverseSqrtWithoutWarmupUsesTransformersTimescale() {
        Schedule schedule = of(ScheduleKind.INVERSE_SQRT, Map.of()).create(100, 1e-3);
        assertThat(schedule.factor(0)).isEqualTo(1);
        assertThat(schedule.factor(30_000)).isCloseTo(0.5, within(1e-15));
    }

    @Test
    void stableDecayShapes() {
        ScheduleSettings settings = new ScheduleSettings(ScheduleKind.WARMUP_STABLE_DECAY, 4, 0,
                Map.of("num_decay_steps",
                        4, "num_stable_steps", 2, "warmup_type", "1-sqrt", "decay_type", "linear"));
        Schedule schedule = settings.create(1000, 1);
        assertThat(schedule.factor(1)).isCloseTo(1 - Math.sqrt(0.75), within(1e-15));
        assertThat(schedule.factor(5)).isEqualTo(1);
        assertThat(schedule.factor(7)).isCloseTo(0.75, within(1e-15));
        assertThat(schedule.factor(99)).isZero();
    }

    @Test
    void refusesWhatItWouldOtherwiseIgnore() {
        assertThatThrownBy(() -> of(ScheduleKind.LINEAR, Map.of("num_cycles", 2))).hasMessageContaining("linear")
                .hasMessageContaining("num_cycles").hasMessageContaining("expected none");
        assertThatThrownBy(() -> of(ScheduleKind.COSINE, Map.of("cycles", 2)))
                .hasMessageContaining("expected only num_cycles");
        assertThatThrownBy(() -> new ScheduleSettings(ScheduleKind.LINEAR, 1.5, 0, Map.of()))
                .hasMessageContaining("warmup_steps is 1.5");
        assertThatThrownBy(() -> of(ScheduleKind.POLYNOMIAL, Map.of("power", "two")).create(10, 1))
                .hasMessageContaining("lr_scheduler_kwargs.power is two");
        assertThatThrownBy(() -> of(ScheduleKind.WARMUP_STABLE_DECAY, Map.of()).create(10, 1))
                .hasMessageContaining("num_decay_steps");
        assertThatThrownBy(() -> of(ScheduleKind.WARMUP_STABLE_DECAY, Map.of("num_decay_steps", 11)).create(10, 1))
                .hasMessageContaining("num_stable_steps is -1");
        assertThatThrownBy(() -> ScheduleKind.of("cosin")).hasMessageContaining("cosine_with_min_lr");
    }
}
