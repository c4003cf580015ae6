package dev.hone.train;

import dev.hone.objective.EndPenalty;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import java.util.OptionalDouble;

/**
 * An answer with its score, the price of not coming to an end taken off.
 *
 * @param score empty where it could not be judged, or shall not be learned from
 */
record Judgement(Rollout rollout, OptionalDouble score) {

    /** @param endedOnly whether an answer that was cut off is not learned from */
    static Judgement of(Group group, int index, EndPenalty penalty, boolean endedOnly) {
        Rollout rollout = group.rollouts().get(index);
        boolean ended = rollout.stop() != StopReason.LENGTH;
        return new Judgement(rollout, group.scores().get(index).usable() && (ended || !endedOnly)
                ? OptionalDouble.of(penalty.score(group.scores().get(index).total(), ended))
                : OptionalDouble.empty());
    }

    boolean usable() { return score.isPresent(); }

    int[] ids() { return rollout.completionIds(); }

    double value() { return score.orElseThrow(); }
}
