package dev.hone.reward;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How BLEU cuts texts into words: the tokenizers of sacreBLEU, by its names. */
public enum BleuTokenizer {
    /** At blanks only. */
    NONE,
    /** That of WMT's script mteval-v13a; the default. */
    V13A,
    /** As {@link #V13A}, and each Chinese character by itself. */
    ZH,
    /** Punctuation and symbols of all scripts by themselves (mteval-v14). */
    INTL,
    /** Each character by itself. */
    CHAR;

    private static final List<Rule> MTEVAL = List.of(new Rule("([{-~\\[-` -&(-+:-@/])", " $1 "),
            new Rule("([^0-9])([.,])", "$1 $2 "), new Rule("([.,])([^0-9])", " $1 $2"),
            new Rule("([0-9])(-)", "$1 $2 "));
    private static final List<Rule> INTERNATIONAL = List.of(new Rule("(\\P{N})(\\p{P})", "$1 $2 "),
            new Rule("(\\p{P})(\\P{N})", " $1 $2"), new Rule("(\\p{S})", " $1 "));
    /** sacreBLEU's ranges, as they work there: its two beyond U+FFFF are written so that they mean U+2001 to U+2A6D. */
    private static final Pattern CHINESE = Pattern
            .compile("[\\u3400-\\u4db5\\u4e00-\\u9fbb\\uf900-\\ufa2d\\ufa30-\\ufa6a"
                    + "\\ufa70-\\ufad9\\u2001-\\u2a6d\\u2f81-\\u2fa1\\uff00-\\uffef\\u2e80-\\u2eff\\u3000-\\u303f\\u31c0-\\u31ef"
                    + "\\u2f00-\\u2fdf\\u2ff0-\\u2fff\\u3100-\\u312f\\u31a0-\\u31bf\\ufe10-\\ufe1f\\ufe30-\\ufe4f\\u2600-\\u27bf"
                    + "\\u3200-\\u33ff]");

    private record Rule(Pattern pattern, String replacement) {
        Rule(String pattern, String replacement) { this(Pattern.compile(pattern), replacement); }
    }

    /** The words of a text. */
    public List<String> words(String text) {
        return switch (this) {
            case NONE -> NGrams.words(text);
            case V13A -> NGrams.words(rewritten(" " + unescaped(text) + " ", MTEVAL));
            case ZH -> NGrams.words(rewritten(CHINESE.matcher(text.strip())
                    .replaceAll(found -> " " + Matcher.quoteReplacement(found.group()) + " "), MTEVAL));
            case INTL -> NGrams.words(rewritten(text, INTERNATIONAL));
            case CHAR -> NGrams.characters(NGrams.withoutBlanks(text));
        };
    }

    private static String unescaped(String text) {
        return text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ").replace("&quot;", "\"")
                .replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    }

    private static String rewritten(String text, List<Rule> rules) {
        String line = text;
        for (Rule rule : rules) {
            line = rule.pattern().matcher(line).replaceAll(rule.replacement());
        }
        return line;
    }
}
