package dev.hone.reward;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The stem of an English word (Porter 1980, with the later changes of his own and those that NLTK has by default: irregular
 * words, short words in -ies and -ied).
 */
final class PorterStemmer {
    private static final Map<String, String> IRREGULAR = irregular();
    private static final List<String[]> STEP_2 = rules(
            "ational ate, tional tion, enci ence, anci ance, izer ize, bli ble,"
                    + " alli al, entli ent, eli e, ousli ous, ization ize, ation ate, ator ate, alism al, iveness ive, fulness ful,"
                    + " ousness ous, aliti al, iviti ive, biliti ble, fulli ful, logi log");
    private static final List<String[]> STEP_3 = rules("icate ic, ative, alize al, iciti ic, ical ic, ful, ness");
    private static final List<String[]> STEP_4 = rules(
            "al, ance, ence, er, ic, able, ible, ant, ement, ment, ent, ion, ou,"
                    + " ism, ate, iti, ous, ive, ize");

    private PorterStemmer() {}

    private static Map<String, String> irregular() {
        Map<String, String> forms = new LinkedHashMap<>();
        for (String line : List.of("sky sky skies", "die dying", "lie lying", "tie tying", "news news",
                "inning innings inning", "outing outings outing", "canning cannings canning", "howe howe",
                "proceed proceed", "exceed exceed", "succeed succeed")) {
            String[] words = line.split(" ");
            for (int i = 1; i < words.length; i++) {
                forms.put(words[i], words[0]);
            }
        }
        return Map.copyOf(forms);
    }

    private static List<String[]> rules(String text) {
        return List.of(text.split(", ")).stream().map(rule -> (rule + " ").split(" ", -1)).toList();
    }

    static String stem(String given) {
        String word = given.toLowerCase(Locale.ROOT);
        if (IRREGULAR.containsKey(word)) {
            return IRREGULAR.getOrDefault(word, word);
        }
        if (word.length() <= 2) {
            return word;
        }
        String step1 = yToI(pastAndGerund(plural(word)));
        String step3 = replaced(step2(step1), STEP_3, stem -> measure(stem) > 0);
        return lastE(step4(step3));
    }

    private static String plural(String word) {
        if (word.endsWith("ies")) {
            return cut(word, word.length() == 4 ? 1 : 2);
        }
        return word.endsWith("sses") ? cut(word, 2) : word.endsWith("s") && !word.endsWith("ss") ? cut(word, 1) : word;
    }

    private static String pastAndGerund(String word) {
        if (word.endsWith("ied")) {
            return cut(word, word.length() == 4 ? 1 : 2);
        }
        if (word.endsWith("eed")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        String stem = word.endsWith("ed") ? cut(word, 2) : word.endsWith("ing") ? cut(word, 3) : word;
        if (stem.equals(word) || !hasVowel(stem)) {
            return word;
        }
        if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
            return stem + "e";
        }
        if (doubleConsonant(stem)) {
            return "lsz".indexOf(stem.charAt(stem.length() - 1)) >= 0 ? stem : cut(stem, 1);
        }
        return measure(stem) == 1 && shortSyllable(stem) ? stem + "e" : stem;
    }

    private static String yToI(String word) {
        String stem = cut(word, 1);
        return word.endsWith("y") && stem.length() > 1 && consonant(stem, stem.length() - 1) ? stem + "i" : word;
    }

    private static String step2(String word) {
        if (word.endsWith("alli") && measure(cut(word, 4)) > 0) {
            return step2(cut(word, 2));
        }
        if (word.endsWith("logi")) {
            return measure(cut(word, 3)) > 0 ? cut(word, 1) : word;
        }
        return replaced(word, STEP_2, stem -> measure(stem) > 0);
    }

    private static String step4(String word) {
        return replaced(word, STEP_4, stem -> measure(stem) > 1
                && (!word.endsWith("ion") || stem.endsWith("s") || stem.endsWith("t")));
    }

    private static String lastE(String word) {
        String stem = cut(word, 1);
        String without = word.endsWith("e") && (measure(stem) > 1 || measure(stem) == 1 && !shortSyllable(stem))
                ? stem
                : word;
        return without.endsWith("ll") && measure(cut(without, 1)) > 1 ? cut(without, 1) : without;
    }

    /** The first rule whose ending the word has decides, whether or not it may replace it. */
    private static String replaced(String word, List<String[]> rules, Predicate<String> allowed) {
        for (String[] rule : rules) {
            if (word.endsWith(rule[0])) {
                String stem = cut(word, rule[0].length());
                return allowed.test(stem) ? stem + rule[1] : word;
            }
        }
        return word;
    }

    private static String cut(String word, int letters) {
        return word.substring(0, Math.max(0, word.length() - letters));
    }

    private static boolean consonant(String word, int at) {
        char letter = word.charAt(at);
        return "aeiou".indexOf(letter) < 0 && (letter != 'y' || at == 0 || !consonant(word, at - 1));
    }

    /** How often a consonant follows a vowel. */
    private static int measure(String stem) {
        int measure = 0;
        for (int i = 1; i < stem.length(); i++) {
            measure += consonant(stem, i) && !consonant(stem, i - 1) ? 1 : 0;
        }
        return measure;
    }

    private static boolean hasVowel(String stem) {
        for (int i = 0; i < stem.length(); i++) {
            if (!consonant(stem, i)) {
                return true;
            }
        }
        return false;
    }

    private static boolean doubleConsonant(String word) {
        int last = word.length() - 1;
        return last >= 1 && word.charAt(last) == word.charAt(last - 1) && consonant(word, last);
    }

    /** Consonant, vowel, consonant at the end, the last none of w, x, y; or a word of vowel and consonant. */
    private static boolean shortSyllable(String word) {
        int last = word.length() - 1;
        if (last == 1) {
            return !consonant(word, 0) && consonant(word, 1);
        }
        return last >= 2 && consonant(word, last - 2) && !consonant(word, last - 1) && consonant(word, last)
                && "wxy".indexOf(word.charAt(last)) < 0;
    }
}
