package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Seconds that a run spent on each phase of its steps, added up over all steps; a checkpoint keeps them. */
final class Phases {
    private static final String TIME = "time/";
    private static final String STEP = "step_seconds";
    private static final String OPTIMISATION = "optimisation";
    private static final List<String> ORDER = List.of("rollout", "reward", "experience", OPTIMISATION);

    private final Map<String, Double> seconds = new LinkedHashMap<>();

    Phases() { ORDER.forEach(phase -> seconds.put(phase, 0.0)); }

    /** Takes what one step reported under {@code time/} and {@code step_seconds}. */
    void add(Map<String, Double> metrics) {
        metrics.forEach((name, value) -> {
            if (name.startsWith(TIME)) {
                seconds.merge(name.substring(TIME.length()), value, Double::sum);
            } else if (name.equals(STEP)) {
                seconds.merge(OPTIMISATION, value, Double::sum);
            }
        });
    }

    /** Each phase's share of the whole; none where steps have but one phase. */
    Map<String, Double> shares() {
        double total = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        Map<String, Double> shares = new LinkedHashMap<>();
        if (total > seconds.getOrDefault(OPTIMISATION, 0.0)) {
            seconds.forEach((phase, spent) -> shares.put(phase, spent / total));
        }
        return shares;
    }

    /** The shares in a line; empty where there are none. What is less than half a percent is left out. */
    static String line(Map<String, Double> shares) {
        return shares.entrySet().stream().filter(share -> share.getValue() >= 0.005)
                .map(share -> String.format(Locale.ROOT, "%s %.0f %%", share.getKey(), 100 * share.getValue()))
                .collect(Collectors.joining(" · "));
    }

    Map<String, Double> state() { return Map.copyOf(seconds); }

    /** Puts {@link #state} back. */
    void restore(Map<?, ?> state) {
        state.forEach((phase, spent) -> {
            if (spent instanceof Number number) {
                seconds.put(String.valueOf(phase), number.doubleValue());
            }
        });
    }
}
