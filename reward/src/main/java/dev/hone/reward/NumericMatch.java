package dev.hone.reward;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * 1 where the completion's number is the reference's, else 0. The number is that of {@code \boxed{42}}, {@code #### 42} or
 * "the answer is 42", else the last one; thousands separators, signs of currency, decimals, fractions and {@code \frac{1}{2}}
 * are read. A reference without a number is unusable.
 *
 * @param fact column of the reference
 * @param tolerance how far apart the numbers may be
 * @param relativeTolerance the same as a share of the reference
 * @param tag whose content is read
 */
@SettingGroup("numeric_match")
public record NumericMatch(
        @Setting(value = "answer", doc = "Column with the reference.") String fact,
        @Setting(value = "1e-6", min = 0, doc = "How far apart the numbers may be.") double tolerance,
        @Setting(value = "0", min = 0, doc = "How far apart they may be as a share of the reference.") double relativeTolerance,
        @Setting(doc = "Read only what stands between <TAG> and </TAG>; empty = the whole completion.") String tag)
        implements
            RewardFunction {

    @Override
    public Score score(RewardInput input) {
        List<String> references = References.of(input, fact);
        if (references.isEmpty()) {
            return References.missing(fact);
        }
        List<BigDecimal> expected = references.stream().map(Answers::number).flatMap(Optional::stream).toList();
        if (expected.isEmpty()) {
            return Score.unusable("the reference in " + fact + " has no number");
        }
        Optional<BigDecimal> found = Answers.tagged(input.completion(), tag).flatMap(Answers::number);
        return Score.of(found.isPresent() && expected.stream().anyMatch(number -> near(found.get(), number)));
    }

    private boolean near(BigDecimal found, BigDecimal expected) {
        BigDecimal allowed = BigDecimal.valueOf(tolerance)
                .add(BigDecimal.valueOf(relativeTolerance).multiply(expected.abs()));
        return found.subtract(expected).abs().compareTo(allowed) <= 0;
    }
}
