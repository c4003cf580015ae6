package dev.hone.text;

/**
 * The one place where code-point positions (what the tokenizer library counts, as Python does) become UTF-16 indices
 * (what {@link String} counts).
 */
final class CodePoints {
    private final String text;
    private final int[] indexOf;

    CodePoints(String text) {
        this.text = text;
        this.indexOf = text.length() == text.codePointCount(0, text.length()) ? new int[0] : indices(text);
    }

    /** The UTF-16 index at which the code point with this position starts; the text's length for the end. */
    int utf16(int codePoint) {
        if (indexOf.length == 0) {
            return Math.min(codePoint, text.length());
        }
        return indexOf[Math.min(codePoint, indexOf.length - 1)];
    }

    /**
     * The text with every unpaired surrogate replaced by U+FFFD. Both are one UTF-16 unit long, so indices stay valid;
     * native code that expects UTF-8 would read an unpaired surrogate as three broken bytes.
     */
    static String withoutUnpairedSurrogates(String text) {
        int first = firstUnpaired(text, 0);
        if (first < 0) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text);
        for (int at = first; at >= 0; at = firstUnpaired(text, at + 1)) {
            repaired.setCharAt(at, '\uFFFD');
        }
        return repaired.toString();
    }

    private static int firstUnpaired(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }

    private static int[] indices(String text) {
        int[] indices = new int[text.codePointCount(0, text.length()) + 1];
        int at = 0;
        for (int i = 0; i < indices.length - 1; i++) {
            indices[i] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        indices[indices.length - 1] = at;
        return indices;
    }
}
