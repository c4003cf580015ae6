package dev.hone.objective;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;

/** What all reward models report, under TRL's names. */
final class Scores {
    private Scores() {}

    static Metrics ofPairs(Tensor better, Tensor worse) {
        return range(Tensors.cat(List.of(better, worse), 0)).mean("accuracy", better.gt(worse)).mean("margin",
                better.sub(worse));
    }

    static Metrics range(Tensor scores) {
        return new Metrics().min("min_reward", scores).mean("mean_reward", scores).max("max_reward", scores);
    }
}
