package dev.hone.train;

import dev.hone.model.Census;
import dev.hone.objective.Objectives;
import dev.hone.train.ForecastMemory.Moment;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run will need on each device, from configurations alone: bytes by part, and seconds of a step.
 *
 * @param moment of a step at which the most is needed
 * @param parts at that moment
 * @param step seconds of a step by phase
 */
public record Forecast(String moment, List<Part> parts, Map<String, Double> step) {
    public Forecast {
        parts = List.copyOf(parts);
    }

    /**
     * One part.
     *
     * @param name whose and what
     */
    public record Part(String name, double bytes) {}

    /** @param reward of a reward model in the same process */
    public static Forecast of(ForecastSettings settings, Census policy, Optional<Census> reward) {
        Objectives.Entry entry = Objectives.find(settings.objective()).orElseThrow(
                () -> new IllegalArgumentException("objective is " + settings.objective()));
        ForecastRows rows = ForecastRows.of(settings, entry);
        ForecastMemory memory = new ForecastMemory(settings, rows, policy, reward);
        Moment most = memory.moments().stream().max(Comparator.comparingDouble(Moment::total)).orElseThrow();
        return new Forecast(most.name(), most.parts(),
                new ForecastTime(settings, policy, rows.online(), memory.roles().size() > 1).phases(memory.share(),
                        memory.heads().map(ForecastHeads::products).orElse(0.0)));
    }

    /** Bytes on each device at the peak. */
    public double total() {
        return parts.stream().mapToDouble(Part::bytes).sum();
    }
}
