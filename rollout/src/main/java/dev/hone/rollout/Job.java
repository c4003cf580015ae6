package dev.hone.rollout;

import dev.hone.rollout.Constraint.Written;
import java.util.Optional;

/**
 * One completion to write.
 *
 * @param start what there is of it
 * @param limit its longest length
 */
record Job(Unfinished start, int limit) {

    int number() { return start.number(); }

    PromptTokens prompt() { return start.prompt(); }

    int sample() { return start.sample(); }

    double uniform(long seed, int position) { return Uniform.of(seed, prompt().index(), sample(), position); }

    Written written(int[] ids, Optional<float[]> guideScores) {
        return new Written(prompt().index(), sample(), prompt().ids(), ids, guideScores);
    }
}
