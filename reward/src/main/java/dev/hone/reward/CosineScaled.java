package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * A reward for right answers that falls with their length, and one for wrong answers that rises with it: cosine-scaled reward
 * (Yeo et al., arXiv 2502.03373, eq. 1 and 2; TRL's {@code get_cosine_scaled_reward}). Right is what {@link NumericMatch}, or
 * {@link ExactMatch} of the marked answer, says. A length beyond {@code max_len} counts as {@code max_len}.
 *
 * @param minValueWrong of a short wrong answer
 * @param maxValueWrong of a long wrong answer
 * @param minValueCorrect of a long right answer
 * @param maxValueCorrect of a short right answer
 * @param maxLen where the curve ends
 * @param unit what is counted
 * @param numeric whether answers are numbers
 * @param fact column of the reference
 */
@SettingGroup("cosine_scaled")
public record CosineScaled(
        @Setting(value = "-1", doc = "For a wrong answer of length 0.") double minValueWrong,
        @Setting(value = "-0.5", doc = "For a wrong answer of max_len.") double maxValueWrong,
        @Setting(value = "0.5", doc = "For a right answer of max_len.") double minValueCorrect,
        @Setting(value = "1", doc = "For a right answer of length 0.") double maxValueCorrect,
        @Setting(value = "1000", min = 1, doc = "The length at which the curve ends.") int maxLen,
        @Setting(value = "tokens", doc = "What is counted.") LengthUnit unit,
        @Setting(value = "true", doc = "Compare numbers; else texts.") boolean numeric,
        @Setting(value = "answer", doc = "Column with the reference.") String fact)
        implements
            RewardFunction {
    private static final double TOLERANCE = 1e-6;

    public CosineScaled {
        new Checks().require(minValueWrong <= maxValueWrong, "min_value_wrong", minValueWrong,
                "at most max_value_wrong (" + maxValueWrong + ")")
                .require(minValueCorrect <= maxValueCorrect, "min_value_correct", minValueCorrect,
                        "at most max_value_correct (" + maxValueCorrect + ")")
                .done();
    }

    @Override
    public Score score(RewardInput input) {
        Score right = numeric
                ? new NumericMatch(fact, TOLERANCE, 0, "").score(input)
                : new ExactMatch(fact, true, true, "").score(input);
        if (!(right instanceof Score.Value(double value))) {
            return right;
        }
        double atZero = value > 0 ? maxValueCorrect : minValueWrong;
        double atEnd = value > 0 ? minValueCorrect : maxValueWrong;
        double progress = Math.min(1, (double) unit.of(input) / maxLen);
        return Score.of(atEnd + 0.5 * (atZero - atEnd) * (1 + Math.cos(progress * Math.PI)));
    }
}
