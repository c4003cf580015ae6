package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The share of wanted words that the completion has, less the share of unwanted ones. A word, or several with blanks between
 * them, counts where no letter or digit touches it.
 *
 * @param present wanted words
 * @param forbidden unwanted words
 * @param fact column with further wanted words of the row
 * @param ignoreCase whether case is ignored
 */
@SettingGroup("words")
public record WordList(
        @Setting(doc = "Words that are wanted.") List<String> present,
        @Setting(doc = "Words that are not wanted.") List<String> forbidden,
        @Setting(doc = "Column with the row's own wanted words, one or a JSON list of several; empty = none.") String fact,
        @Setting(value = "true", doc = "Ignore upper and lower case.") boolean ignoreCase)
        implements
            RewardFunction {
    public WordList {
        new Checks().require(!present.isEmpty() || !forbidden.isEmpty() || !fact.isEmpty(), "present", present,
                "some words in present or forbidden, or a column in fact")
                .require(present.stream().noneMatch(String::isBlank), "present", present, "no empty word")
                .require(forbidden.stream().noneMatch(String::isBlank), "forbidden", forbidden, "no empty word").done();
    }

    @Override
    public Score score(RewardInput input) {
        List<String> wanted = new ArrayList<>(present);
        if (!fact.isEmpty()) {
            List<String> own = References.of(input, fact);
            if (own.isEmpty()) {
                return References.missing(fact);
            }
            wanted.addAll(own);
        }
        return Score.of(share(wanted, input.completion()) - share(forbidden, input.completion()));
    }

    private double share(List<String> words, String text) {
        return words.isEmpty() ? 0 : (double) words.stream().filter(word -> has(text, word)).count() / words.size();
    }

    private boolean has(String given, String word) {
        String text = ignoreCase ? given.toLowerCase(Locale.ROOT) : given;
        String sought = ignoreCase ? word.strip().toLowerCase(Locale.ROOT) : word.strip();
        for (int at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + 1)) {
            int end = at + sought.length();
            if ((at == 0 || !Character.isLetterOrDigit(text.codePointBefore(at)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.codePointAt(end)))) {
                return true;
            }
        }
        return false;
    }
}
