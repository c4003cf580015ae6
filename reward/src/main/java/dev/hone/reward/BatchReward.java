package dev.hone.reward;

import java.util.List;

/** A reward that scores many completions at once: a model, a service. */
public interface BatchReward extends RewardFunction {
    /** Where a batch is scored, and how long that may take. */
    enum Calling {
        /** On a thread of its own, the whole batch in the time that {@link RewardLimits} gives. */
        LIMITED,
        /** On a thread of its own, without limit: it has its own ones. */
        UNLIMITED,
        /** On the thread that asks, without limit: a model of this process, a person. */
        HERE
    }

    /** @return a score for each, in their order */
    @Override
    List<Score> scoreAll(List<RewardInput> inputs);

    @Override
    default Score score(RewardInput input) { return scoreAll(List.of(input)).getFirst(); }

    default Calling calling() { return Calling.LIMITED; }
}
