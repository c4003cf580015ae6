package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.testkit.Golden;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every schedule of the fixtures at every step, to 1e-12. */
@Tag("golden")
class ScheduleGoldenTest {
    private static final JsonNode ALL = Golden.json(Golden.path("optim", "schedules.json"));

    static List<String> names() { return List.copyOf(ALL.get("schedules").propertyNames()); }

    @ParameterizedTest
    @MethodSource("names")
    void equalsTransformers(String name) {
        JsonNode golden = ALL.get("schedules").get(name);
        Map<String, Object> options = new HashMap<>();
        golden.get("options").properties().forEach(option -> options.put(option.getKey(),
                option.getValue().isNumber() ? option.getValue().doubleValue() : option.getValue().asString()));
        double peak = ALL.get("base_lr").doubleValue();
        Schedule schedule = new ScheduleSettings(ScheduleKind.of(name), ALL.get("warmup_steps").doubleValue(), 0,
                options)
                .create(ALL.get("total_steps").longValue(), peak);
        double[] rates = Stream.iterate(0, i -> i < golden.get("lr_at_step").size(), i -> i + 1)
                .mapToDouble(i -> golden.get("lr_at_step").get(i).doubleValue()).toArray();
        assertThat(rates).isNotEmpty();
        for (int step = 0; step < rates.length; step++) {
            assertThat(peak * schedule.factor(step)).as("%s at step %d", name, step)
                    .isCloseTo(rates[step], within(1e-12 * rates[step] + 1e-15 * peak));
        }
    }
}
