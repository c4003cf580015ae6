package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * 1 where a regular expression (Java's) is found in the completion, else 0. An expression that takes too long makes the
 * completion unusable.
 *
 * @param pattern the expression
 * @param whole whether all of the completion must match
 * @param ignoreCase whether case is ignored
 */
@SettingGroup("regex")
public record RegexMatch(
        @Setting(required = true, doc = "The regular expression, as Java has them; . matches line breaks too.") String pattern,
        @Setting(value = "false", doc = "Whether all of the completion must match, not only a part.") boolean whole,
        @Setting(value = "false", doc = "Ignore upper and lower case.") boolean ignoreCase)
        implements
            RewardFunction {
    public RegexMatch {
        String wrong = mistake(pattern);
        new Checks().require(wrong.isEmpty(), "pattern", pattern, "a regular expression", wrong).done();
    }

    private static String mistake(String pattern) {
        try {
            Pattern.compile(pattern);
            return "";
        } catch (PatternSyntaxException e) {
            return e.getDescription() + " near place " + e.getIndex() + ".";
        }
    }

    @Override
    public Score score(RewardInput input) {
        int flags = Pattern.DOTALL | (ignoreCase ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
        Matcher matcher = Pattern.compile(pattern, flags).matcher(new InterruptibleText(input.completion()));
        return Score.of(whole ? matcher.matches() : matcher.find());
    }
}
