package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reward ranked fine-tuning (RAFT, arXiv 2304.06767, algorithm 1): the best completions are imitated, of each prompt or of all together.
 *
 * <p>Choices where sources differ: of n completions round(α·n) are kept and at least one; of equals the earlier.
 */
@SettingGroup("Selection: best share")
public record BestShare(
        @Setting(value = "local", doc = "local: the best answers to each prompt; top: the best of all answers of a generation,"
                + " which favours easy prompts.") Strategy strategy,
        @Setting(value = "0.125", above = 0, below = 1, aliases = "top_reward_percentage", doc = "Share of the answers that is"
                + " learned.") double acceptanceRatio)
        implements
            Selection {

    /** What is compared with what. */
    public enum Strategy {
        /** Completions of one prompt. */
        LOCAL,
        /** All completions of a generation. */
        TOP
    }

    public BestShare {
        new Checks().require(acceptanceRatio > 0 && acceptanceRatio < 1, "acceptance_ratio", acceptanceRatio,
                "above 0 and below 1").done();
    }

    @Override
    public boolean[] keep(int[] groups, double[] scores, long generation) {
        boolean[] kept = new boolean[scores.length];
        Map<Integer, List<Integer>> compared = IntStream.range(0, scores.length).boxed()
                .collect(Collectors.groupingBy(i -> withinPrompts() ? groups[i] : 0));
        compared.values().forEach(members -> best(members, scores).forEach(i -> kept[i] = true));
        return kept;
    }

    private List<Integer> best(List<Integer> members, double[] scores) {
        if (members.stream().mapToDouble(i -> scores[i]).distinct().count() < 2) {
            return List.of();
        }
        List<Integer> ordered = new ArrayList<>(members);
        ordered.sort(Comparator.comparingDouble((Integer i) -> -scores[i]));
        return ordered.subList(0, (int) Math.max(1, Math.round(acceptanceRatio * ordered.size())));
    }

    @Override
    public int usualAnswers() { return withinPrompts() ? Math.max(2, (int) Math.round(1 / acceptanceRatio)) : 1; }

    @Override
    public boolean withinPrompts() { return strategy == Strategy.LOCAL; }
}
