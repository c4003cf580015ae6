package dev.hone.reward;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Translation edit rate (Snover et al. 2006) as sacreBLEU computes it after tercom: the edits that turn a text into the
 * reference (insert, delete, replace a word, or move a run of words) in percent of the reference's words. 0 is the best, and
 * values above 100 are possible.
 *
 * @param normalized whether punctuation becomes words of its own
 * @param caseSensitive whether case matters
 */
public record Ter(boolean normalized, boolean caseSensitive) {
    private static final Pattern MARK = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern MARK_AFTER = Pattern.compile("([^0-9])([.,])");
    private static final Pattern MARK_BEFORE = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH = Pattern.compile("([0-9])(-)");

    /** Case ignored, punctuation left as it is. */
    public static Ter usual() { return new Ter(false, false); }

    /** The score of one text: the fewest edits to any reference, by the mean length of the references. */
    public double score(String text, List<String> references) {
        return rate(edits(text, references));
    }

    /** The score of many texts together: edits and lengths are added before they are divided. */
    public double corpus(List<String> texts, List<List<String>> references) {
        double[] sum = new double[2];
        for (int i = 0; i < texts.size(); i++) {
            double[] one = edits(texts.get(i), references.get(i));
            sum[0] += one[0];
            sum[1] += one[1];
        }
        return rate(sum);
    }

    private double[] edits(String text, List<String> references) {
        List<String> own = words(text);
        double fewest = Double.POSITIVE_INFINITY;
        double length = 0;
        for (String reference : references) {
            List<String> other = words(reference);
            fewest = Math.min(fewest, new TerEdits(other).count(own));
            length += (double) other.size() / references.size();
        }
        return new double[]{fewest, length};
    }

    private static double rate(double[] editsAndLength) {
        return editsAndLength[1] > 0 ? 100 * editsAndLength[0] / editsAndLength[1] : editsAndLength[0] > 0 ? 100 : 0;
    }

    private List<String> words(String given) {
        String text = given.stripTrailing();
        String cased = caseSensitive ? text : text.toLowerCase(Locale.ROOT);
        return NGrams.words(normalized ? normalize(cased) : cased);
    }

    private static String normalize(String text) {
        String line = " " + text.replace("\n-", "").replace("\n", " ").replace("&quot;", "\"").replace("&amp;", "&")
                .replace("&lt;", "<").replace("&gt;", ">") + " ";
        line = MARK.matcher(line).replaceAll(" $1 ").replace("'s ", " 's ");
        line = MARK_AFTER.matcher(line).replaceAll("$1 $2 ");
        line = MARK_BEFORE.matcher(line).replaceAll(" $1 $2");
        return DASH.matcher(line).replaceAll("$1 $2 ");
    }
}
