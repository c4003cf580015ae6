package dev.hone.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Command lines whose first words are values: {@code hone data rows.jsonl --model m}. */
final class Words {
    private Words() {}

    /** The words before the first flag become the values of a key, unless the first is a YAML file of settings. */
    static List<String> asKey(String key, List<String> words) {
        int values = 0;
        while (values < words.size() && !words.get(values).startsWith("-")) {
            values++;
        }
        if (values == 0 || isYaml(words.getFirst())) {
            return words;
        }
        List<String> flags = new ArrayList<>(List.of("--" + key));
        flags.addAll(words);
        return flags;
    }

    private static boolean isYaml(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return lower.endsWith(".yaml") || lower.endsWith(".yml");
    }
}
