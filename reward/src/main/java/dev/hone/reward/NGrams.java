package dev.hone.reward;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Words and their n-grams. */
final class NGrams {
    /** What Python's {@code str.split} takes for blank: Unicode's blanks and the four separators of ASCII. */
    private static final Pattern BLANK = Pattern.compile("[\\s\\x1c-\\x1f\\x85\\p{Z}]+");

    private NGrams() {}

    /** The words between blanks. */
    static List<String> words(String text) {
        return BLANK.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
    }

    static String withoutBlanks(String text) { return BLANK.matcher(text).replaceAll(""); }

    /** How often each run of so many items stands in a list. */
    static <T> Map<List<T>, Integer> count(List<T> items, int order) {
        Map<List<T>, Integer> counts = new HashMap<>();
        for (int from = 0; from + order <= items.size(); from++) {
            counts.merge(items.subList(from, from + order), 1, Integer::sum);
        }
        return counts;
    }

    /** How many runs two texts share, each as often as it stands in both. */
    static <K> int shared(Map<K, Integer> one, Map<K, Integer> other) {
        int shared = 0;
        for (Map.Entry<K, Integer> entry : one.entrySet()) {
            shared += Math.min(entry.getValue(), other.getOrDefault(entry.getKey(), 0));
        }
        return shared;
    }

    static int total(Map<?, Integer> counts) { return counts.values().stream().mapToInt(Integer::intValue).sum(); }

    /** The characters of a text, one that takes two Java chars as one. */
    static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }
}
