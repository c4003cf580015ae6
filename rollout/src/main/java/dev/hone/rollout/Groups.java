package dev.hone.rollout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Rollouts by prompt.
 *
 * @param all the groups, in the order in which their prompts came
 */
public record Groups(List<Group> all) {

    /**
     * The rollouts of one prompt.
     *
     * @param prompt its index
     * @param rollouts in the order given
     */
    public record Group(int prompt, List<Rollout> rollouts) {

        /** Best of n: the k with the highest scores, best first; of equals the earlier. A NaN leaves a rollout out. */
        public Group best(int k, ToDoubleFunction<Rollout> score) {
            Sampling.require(k >= 1, "the number of rollouts to keep", k, "at least 1");
            record Scored(Rollout rollout, double score) {}
            return new Group(prompt, rollouts.stream().map(rollout -> new Scored(rollout, score.applyAsDouble(rollout)))
                    .filter(scored -> !Double.isNaN(scored.score()))
                    .sorted(Comparator.comparingDouble(Scored::score).reversed()).limit(k).map(Scored::rollout)
                    .toList());
        }
    }

    public Groups {
        all = List.copyOf(all);
    }

    public static Groups of(List<Rollout> rollouts) {
        Map<Integer, List<Rollout>> byPrompt = new LinkedHashMap<>();
        rollouts.forEach(each -> byPrompt.computeIfAbsent(each.prompt(), key -> new ArrayList<>()).add(each));
        return new Groups(byPrompt.entrySet().stream()
                .map(entry -> new Group(entry.getKey(), List.copyOf(entry.getValue()))).toList());
    }

    /** {@link Group#best} of every group. Each rollout is scored once; a group may be left with none. */
    public Groups best(int k, ToDoubleFunction<Rollout> score) {
        return new Groups(all.stream().map(group -> group.best(k, score)).toList());
    }

    /** All rollouts, group after group. */
    public List<Rollout> rollouts() {
        return all.stream().flatMap(group -> group.rollouts().stream()).toList();
    }
}
