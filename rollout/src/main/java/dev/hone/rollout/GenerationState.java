package dev.hone.rollout;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a generation stands between two calls of {@link RolloutEngine#resume}: plain numbers, so that a checkpoint can hold it.
 *
 * @param finished what is done, by its place in the result
 * @param unfinished the rest, in the order of their places
 */
public record GenerationState(Map<Integer, Rollout> finished, List<Unfinished> unfinished) {
    public GenerationState {
        finished = Map.copyOf(finished);
        unfinished = unfinished.stream().sorted(Comparator.comparingInt(Unfinished::number)).toList();
    }

    public boolean isFinished() { return unfinished.isEmpty(); }

    /** All rollouts that are done, in their places' order. */
    public List<Rollout> rollouts() {
        return List.copyOf(new TreeMap<>(finished).values());
    }
}
