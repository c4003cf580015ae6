package dev.hone.train;

import java.util.List;
import java.util.Set;

/** Which checkpoints have served their time. */
final class CheckpointPruning {
    private CheckpointPruning() {}

    /**
     * The steps to delete.
     *
     * @param steps all that are there, newest first
     * @param broken those known not to be whole: none of them takes the place of a good one
     * @param keepLast how many good ones stay
     * @param kept steps that stay whatever their age: the best, and the one just written
     */
    static List<Long> surplus(List<Long> steps, Set<Long> broken, int keepLast, Set<Long> kept) {
        List<Long> good = steps.stream().filter(step -> !broken.contains(step)).toList();
        if (good.size() <= keepLast) {
            return List.of();
        }
        long oldest = good.get(keepLast - 1);
        return steps.stream().filter(step -> step < oldest && !kept.contains(step)).toList();
    }
}
