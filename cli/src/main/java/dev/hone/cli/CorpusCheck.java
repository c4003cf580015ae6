package dev.hone.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * When an answer is right. An answer must say the right thing, nothing wrong of the same kind, and stop: one that rambles on
 * is wrong even if the right word comes by, so a model that only continues texts does not score by luck.
 */
sealed interface CorpusCheck {
    /** Longest answer to a question of fact, in words. */
    int FACT_WORDS = 25;

    /** Whether {@code answer} is right. */
    boolean accepts(String answer);

    /** Names at least one of {@code right} and none of {@code wrong}. */
    record Names(Set<String> right, Set<String> wrong) implements CorpusCheck {
        @Override
        public boolean accepts(String answer) {
            List<String> words = words(answer);
            return brief(words) && words.stream().anyMatch(right::contains)
                    && words.stream().noneMatch(wrong::contains);
        }
    }

    /** Says yes or no as its first word, and names the {@code fact} that makes it so and none of {@code wrong}. */
    record Affirms(boolean yes, String fact, Set<String> wrong) implements CorpusCheck {
        @Override
        public boolean accepts(String answer) {
            List<String> words = words(answer);
            if (!brief(words) || words.isEmpty() || !words.getFirst().equals(yes ? "yes" : "no"))
                return false;
            List<String> rest = words.subList(1, words.size());
            return rest.contains(fact) && rest.stream().noneMatch(wrong::contains);
        }
    }

    /** Ends its numbers with {@code result} and has no others but those {@code given} in the question. */
    record Counts(int result, Set<Integer> given) implements CorpusCheck {
        @Override
        public boolean accepts(String answer) {
            List<String> words = words(answer);
            List<String> numbers = words.stream().filter(word -> word.chars().allMatch(Character::isDigit)).toList();
            String right = String.valueOf(result);
            return brief(words) && !numbers.isEmpty() && numbers.getLast().equals(right) && numbers.stream()
                    .allMatch(n -> n.equals(right) || given.stream().anyMatch(g -> n.equals(g.toString())));
        }
    }

    /** Names exactly {@code count} different {@code members}. */
    record Lists(int count, Set<String> members) implements CorpusCheck {
        @Override
        public boolean accepts(String answer) {
            List<String> named = words(answer).stream().filter(members::contains).toList();
            return brief(words(answer)) && named.size() == count && new HashSet<>(named).size() == count;
        }
    }

    /** Says {@code phrase} and no more. */
    record Repeats(String phrase) implements CorpusCheck {
        @Override
        public boolean accepts(String answer) { return words(answer).equals(words(phrase)); }
    }

    /** Is a story: at least three sentences, the last one finished, in which all of {@code topics} occur. */
    record Tells(Set<String> topics) implements CorpusCheck {
        private static final int WORDS = 250;

        @Override
        public boolean accepts(String answer) {
            List<String> told = words(answer);
            long sentences = answer.chars().filter(c -> c == '.' || c == '!' || c == '?').count();
            return sentences >= 3 && told.size() <= WORDS && new HashSet<>(told).containsAll(topics)
                    && answer.strip().matches("(?s).*[.!?]\"?");
        }
    }

    private static boolean brief(List<String> words) { return words.size() <= FACT_WORDS; }

    /** The words and numbers of a text in lower case, without marks. */
    static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")).filter(word -> !word.isEmpty())
                .toList();
    }
}
