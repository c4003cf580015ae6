package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rejection fine-tuning with a threshold that rises (the growing batch of ReST, arXiv 2308.08998, §3): of each prompt's completions those are
 * imitated that score at least a quantile of them. For the generations of a cycle the prompts stay the same and completions gather; with each
 * the quantile rises from the first to the last.
 *
 * <p>Choices where sources differ: the threshold lies at least 0.001 above a prompt's least score and below its greatest, of that prompt, where
 * trlX looks at the thresholds of all prompts; each generation writes anew, where trlX writes once a cycle; the last generation of a cycle
 * reaches the last quantile; a completion written twice counts once.
 */
@SettingGroup("Selection: rising quantile")
public record RisingQuantile(
        @Setting(value = "0.7", min = 0, max = 1, doc = "Quantile of a prompt's scores below which answers are left out, in the"
                + " first generation of a cycle.") double startPercentile,
        @Setting(value = "0.95", min = 0, max = 1, doc = "The same in the last generation of a cycle.") double endPercentile,
        @Setting(value = "4", min = 1, aliases = "n_improve_steps", doc = "Generations of a cycle: they answer the same prompts,"
                + " and the best of all their answers are learned.") int improveSteps)
        implements
            Selection {
    private static final double SMALL = 1e-3;
    private static final int ANSWERS = 8;

    public RisingQuantile {
        new Checks().require(startPercentile >= 0 && startPercentile <= endPercentile, "start_percentile",
                startPercentile, "0 to end_percentile (" + endPercentile + ")")
                .require(endPercentile <= 1, "end_percentile", endPercentile, "at most 1")
                .require(improveSteps >= 1, "improve_steps", improveSteps, "at least 1").done();
    }

    @Override
    public boolean[] keep(int[] groups, double[] scores, long generation) {
        Map<Integer, double[]> byPrompt = IntStream.range(0, scores.length).boxed().collect(Collectors.groupingBy(
                i -> groups[i], Collectors.collectingAndThen(Collectors.toList(),
                        members -> members.stream().mapToDouble(i -> scores[i]).sorted().toArray())));
        boolean[] kept = new boolean[scores.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = scores[i] >= threshold(byPrompt.getOrDefault(groups[i], scores), share(generation));
        }
        return kept;
    }

    private double share(long generation) {
        double done = improveSteps == 1 ? 0 : (generation % improveSteps) / (improveSteps - 1.0);
        return startPercentile + (endPercentile - startPercentile) * done;
    }

    private static double threshold(double[] ascending, double share) {
        double least = ascending[0];
        double greatest = ascending[ascending.length - 1];
        if (least == greatest) {
            return Double.POSITIVE_INFINITY;
        }
        double gap = Math.min(SMALL, (greatest - least) / 2);
        return Math.clamp(quantile(ascending, share), least + gap, greatest - gap);
    }

    /** Linear between neighbours. */
    private static double quantile(double[] ascending, double share) {
        double place = share * (ascending.length - 1);
        int below = (int) place;
        double above = ascending[Math.min(below + 1, ascending.length - 1)];
        return ascending[below] + (above - ascending[below]) * (place - below);
    }

    @Override
    public int usualAnswers() { return ANSWERS; }

    @Override
    public boolean withinPrompts() { return true; }

    @Override
    public int cycle() { return improveSteps; }

    @Override
    public boolean distinct() { return true; }
}
