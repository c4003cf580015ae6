package dev.hone.reward;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the answer in a text: where it is marked, and the number in it. */
final class Answers {
    private static final String DIGITS = "(?:\\d{1,3}(?:,\\d{3}){1,20}+(?!\\d)|\\d{1,400}+(?!\\d))";
    private static final String PLAIN = "(?:" + DIGITS + "(?:\\.\\d{1,400}+(?!\\d))?+|\\.\\d{1,400}+(?!\\d))"
            + "(?:[eE][-+]?\\d{1,3}+(?!\\d))?+(?![eE][-+]?\\d)";
    private static final Pattern NUMBER = Pattern
            .compile("(?<![\\p{L}\\d_.)])([-+\u2212])?\\s?[$€£]?(?:\\\\[dt]?frac\\{([-+]?"
                    + PLAIN + ")\\}\\{(" + PLAIN + ")\\}|(" + PLAIN + ")(?:\\s?/\\s?(" + PLAIN + "))?)");
    private static final Pattern PHRASE = Pattern.compile("(?i)\\banswer(?:\\s+is)?\\s{0,4}:?\\s{0,4}([^\\n]{1,400})");
    private static final String BOXED = "\\boxed{";
    private static final String HASHES = "####";

    private Answers() {}

    /**
     * What is marked as the answer: the last {@code \boxed{…}}, else what follows the last {@code ####} on its line, else what
     * follows the last "answer is" or "answer:" on its line.
     */
    static Optional<String> marked(String text) {
        Optional<String> boxed = boxed(text);
        if (boxed.isPresent()) {
            return boxed;
        }
        int hashes = text.lastIndexOf(HASHES);
        if (hashes >= 0) {
            return Optional.of(text.substring(hashes + HASHES.length()).lines().findFirst().orElse("").strip());
        }
        return PHRASE.matcher(text).results().reduce((a, b) -> b).map(found -> found.group(1).strip());
    }

    private static Optional<String> boxed(String text) {
        int from = text.lastIndexOf(BOXED);
        int depth = 1;
        for (int i = from + BOXED.length(); from >= 0 && i < text.length(); i++) {
            depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return Optional.of(text.substring(from + BOXED.length(), i).strip());
            }
        }
        return Optional.empty();
    }

    /** The number of the marked answer (its first), else the last number of the text. */
    static Optional<BigDecimal> number(String text) {
        return marked(text).flatMap(answer -> numbers(answer).results().map(Answers::value)
                .flatMap(Optional::stream).findFirst()).or(() -> lastNumber(text));
    }

    /** The last number of a text. */
    static Optional<BigDecimal> lastNumber(String text) {
        return numbers(text).results().map(Answers::value).flatMap(Optional::stream).reduce((a, b) -> b);
    }

    private static Matcher numbers(String text) {
        return NUMBER.matcher(new InterruptibleText(text.replace("{,}", ",").replace("\\$", "$").replace("\\%", "%")));
    }

    private static Optional<BigDecimal> value(MatchResult found) {
        boolean fraction = found.group(2) != null;
        BigDecimal top = plain(fraction ? found.group(2) : found.group(4));
        String under = fraction ? found.group(3) : found.group(5);
        BigDecimal bottom = under == null ? BigDecimal.ONE : plain(under);
        if (bottom.signum() == 0) {
            return Optional.empty();
        }
        BigDecimal value = under == null ? top : top.divide(bottom, MathContext.DECIMAL128);
        String sign = found.group(1);
        return Optional.of(sign == null || sign.equals("+") ? value : value.negate());
    }

    private static BigDecimal plain(String digits) { return new BigDecimal(digits.replace(",", "")); }

    /** What stands between the last pair of tags of a name; the whole text for an empty name. */
    static Optional<String> tagged(String text, String tag) {
        if (tag.isEmpty()) {
            return Optional.of(text);
        }
        int end = text.lastIndexOf("</" + tag + ">");
        int start = end < 0 ? -1 : text.lastIndexOf("<" + tag + ">", end);
        return start < 0 ? Optional.empty() : Optional.of(text.substring(start + tag.length() + 2, end));
    }
}
