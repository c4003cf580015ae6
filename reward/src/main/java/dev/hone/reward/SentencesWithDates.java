package dev.hone.reward;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;
import java.util.regex.Pattern;

/**
 * RL4LMs' task of dates (arXiv 2210.01241): 1 where the completion has a date, or the share of its sentences that have one.
 * Dates are 2023-01-31, 31/01/2023, 1.31.23, 31 January 2023, January 31st, 2023 and Jan 2023.
 *
 * @param share whether sentences are counted
 */
@SettingGroup("dates")
public record SentencesWithDates(
        @Setting(value = "false", doc = "Give the share of sentences that have a date.") boolean share)
        implements
            RewardFunction {
    private static final String DAY = "(?:0?[1-9]|[12]\\d|3[01])";
    private static final String MONTH = "(?:0?[1-9]|1[0-2])";
    private static final String YEAR = "(?:1\\d{3}|20\\d{2})";
    private static final String NAME = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
            + "|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\\.?";
    private static final String ORDINAL = "(?:st|nd|rd|th)?";
    private static final Pattern DATE = Pattern.compile("(?i)(?<![\\d/.-])(?:" + String.join("|",
            YEAR + "([-/.])" + MONTH + "\\1" + DAY, DAY + "([-/.])" + MONTH + "\\2(?:" + YEAR + "|\\d{2})",
            MONTH + "([-/.])" + DAY + "\\3(?:" + YEAR + "|\\d{2})",
            DAY + ORDINAL + "\\s(?:of\\s)?" + NAME + ",?\\s" + YEAR,
            "\\b" + NAME + "\\s" + DAY + ORDINAL + ",?\\s" + YEAR, "\\b" + NAME + "\\s" + YEAR) + ")(?![\\p{L}\\d])");
    private static final Pattern END = Pattern.compile("(?<=[.!?])\\s+(?=[\\p{Lu}\\d\"'(])|\\n+");

    @Override
    public Score score(RewardInput input) {
        String text = input.completion();
        if (!share) {
            return Score.of(DATE.matcher(text).find());
        }
        List<String> sentences = END.splitAsStream(text).filter(sentence -> !sentence.isBlank()).toList();
        long dated = sentences.stream().filter(sentence -> DATE.matcher(sentence).find()).count();
        return Score.of(sentences.isEmpty() ? 0 : (double) dated / sentences.size());
    }
}
