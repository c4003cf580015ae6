package dev.hone.reward;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** Calls rewards so that nothing they do comes out but scores. */
final class Guard {
    private static final int LONGEST = 200;

    private Guard() {}

    static Score score(RewardFunction function, RewardInput input) {
        try {
            return checked(function.score(input), input);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            return thrown(e);
        }
    }

    /** All at once: what is thrown, or a wrong number of scores, is the same for all. */
    static List<Score> scores(BatchReward reward, List<RewardInput> inputs) {
        try {
            List<Score> scores = reward.scoreAll(inputs);
            return scores.size() == inputs.size()
                    ? IntStream.range(0, scores.size())
                            .mapToObj(i -> checked(scores.get(i), inputs.get(i))).toList()
                    : all(inputs.size(), Score.unusable("gave " + scores.size() + " scores for " + inputs.size()
                            + " completions"));
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            return all(inputs.size(), thrown(e));
        }
    }

    static List<Score> all(int count, Score score) { return Collections.nCopies(count, score); }

    /** Code that is not null-checked may give null all the same. */
    @SuppressWarnings("ConstantValue")
    private static Score checked(Score score, RewardInput input) {
        if (score == null) {
            return Score.unusable("gave no score");
        }
        return score instanceof Score.Dense(float[] values) && values.length != input.completionIds().length
                ? Score.unusable("gave another number of token scores than there are tokens")
                : score;
    }

    private static Score thrown(Throwable e) {
        String message = String.valueOf(e.getMessage());
        return Score.unusable("threw " + e.getClass().getSimpleName() + ": "
                + message.substring(0, Math.min(LONGEST, message.length())));
    }
}
