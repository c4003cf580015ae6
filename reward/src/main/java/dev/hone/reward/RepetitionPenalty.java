package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A penalty for repeated n-grams (Yeo et al., arXiv 2502.03373, appendix C.2; TRL's {@code get_repetition_penalty_reward}):
 * (1 − different n-grams / all n-grams) · {@code max_penalty}; 0 for completions shorter than one n-gram.
 *
 * @param ngramSize n
 * @param maxPenalty the most negative value
 * @param unit tokens or words
 */
@SettingGroup("repetition_penalty")
public record RepetitionPenalty(
        @Setting(value = "3", min = 1, doc = "Length of an n-gram.") int ngramSize,
        @Setting(value = "-1", max = 0, doc = "The value that a text of nothing but repetition comes near to.") double maxPenalty,
        @Setting(value = "tokens", doc = "Whether n-grams are of tokens or of words (lower case); not characters.") LengthUnit unit)
        implements
            RewardFunction {
    public RepetitionPenalty {
        new Checks().require(unit != LengthUnit.CHARACTERS, "unit", unit, "tokens or words").done();
    }

    @Override
    public Score score(RewardInput input) {
        List<?> items = unit == LengthUnit.TOKENS
                ? Arrays.stream(input.completionIds()).boxed().toList()
                : NGrams.words(input.completion().toLowerCase(Locale.ROOT));
        int all = items.size() - ngramSize + 1;
        return Score.of(all < 1 ? 0 : (1 - (double) NGrams.count(items, ngramSize).size() / all) * maxPenalty);
    }
}
