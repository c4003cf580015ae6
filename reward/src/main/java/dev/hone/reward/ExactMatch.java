package dev.hone.reward;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * 1 where the completion is the reference, else 0. Blanks around it do not count, and several in a row are one.
 *
 * @param fact column of the reference, or of several, one of which must be met
 * @param ignoreCase whether case is ignored
 * @param marked whether only the marked answer is read
 * @param tag whose content is read
 */
@SettingGroup("exact_match")
public record ExactMatch(
        @Setting(value = "answer", doc = "Column with the reference; one of several in a JSON list is enough.") String fact,
        @Setting(value = "true", doc = "Ignore upper and lower case.") boolean ignoreCase,
        @Setting(value = "false", doc = "Compare only what is marked as the answer, on both sides: \\boxed{…}, #### …, or"
                + " \"the answer is …\"; a text without a mark whole.") boolean marked,
        @Setting(doc = "Read only what stands between <TAG> and </TAG>; empty = the whole completion.") String tag)
        implements
            RewardFunction {

    @Override
    public Score score(RewardInput input) {
        List<String> references = References.of(input, fact);
        if (references.isEmpty()) {
            return References.missing(fact);
        }
        Optional<String> found = Answers.tagged(input.completion(), tag).map(this::plain);
        return Score.of(found.isPresent()
                && references.stream().anyMatch(reference -> plain(reference).equals(found.get())));
    }

    private String plain(String given) {
        String text = marked ? Answers.marked(given).map(ExactMatch::withoutPeriod).orElse(given) : given;
        String words = String.join(" ", NGrams.words(text));
        return ignoreCase ? words.toLowerCase(Locale.ROOT) : words;
    }

    private static String withoutPeriod(String text) {
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
