package dev.hone.reward;

import java.util.List;

/**
 * Says how good a finished completion is. A lambda is enough; what it throws is a {@link Score.Unusable} of that one
 * completion and never ends the run. It is called from a thread of its own, one completion after the other, and interrupted
 * where one takes longer than {@link RewardLimits} allows. What scores many at once is a {@link BatchReward}.
 */
@FunctionalInterface
public interface RewardFunction {
    /** The score of one completion. */
    Score score(RewardInput input);

    /** The scores of many, in their order; one that cannot be scored is unusable and spoils no other. */
    default List<Score> scoreAll(List<RewardInput> inputs) {
        return inputs.stream().map(input -> Guard.score(this, input)).toList();
    }
}
