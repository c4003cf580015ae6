package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Python's string functions: positions count code points, white space is that of {@code str.isspace}. */
final class JinjaStrings {
    private JinjaStrings() {}

    static boolean isSpace(int c) {
        return (c >= 9 && c <= 13) || (c >= 28 && c <= 32) || c == 0x85 || c == 0xA0 || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F
                || c == 0x3000;
    }

    static int length(String text) { return text.codePointCount(0, text.length()); }

    /** The UTF-16 index of a code point position that lies inside the text or at its end. */
    static int offset(String text, long position) {
        return text.offsetByCodePoints(0, (int) position);
    }

    /** Order by code points, as Python has it (UTF-16 order differs above U+FFFF). */
    static int compare(String left, String right) {
        int length = Math.min(left.length(), right.length());
        for (int i = 0; i < length; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
                return surrogates ? Character.isSurrogate(a) ? 1 : -1 : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** {@code strip}, {@code lstrip} and {@code rstrip} of the characters in a set. */
    static String strip(String text, CharacterSet set, boolean left, boolean right) {
        int start = 0;
        int end = text.length();
        while (left && start < end && set.has(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        while (right && end > start && set.has(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(start, end);
    }

    static String strip(String text) { return strip(text, JinjaStrings::isSpace, true, true); }

    interface CharacterSet {
        boolean has(int codePoint);
    }

    /** {@code split()}: at runs of white space, at most {@code limit} times (negative: without limit). */
    static List<String> splitSpace(JinjaBudget budget, String text, long limit) {
        List<String> parts = new ArrayList<>();
        String rest = strip(text, JinjaStrings::isSpace, true, false);
        while (!rest.isEmpty() && (limit < 0 || parts.size() < limit)) {
            int end = 0;
            while (end < rest.length() && !isSpace(rest.charAt(end))) {
                end++;
            }
            budget.element();
            parts.add(rest.substring(0, end));
            rest = strip(rest.substring(end), JinjaStrings::isSpace, true, false);
        }
        if (!rest.isEmpty()) {
            budget.element();
            parts.add(rest);
        }
        return parts;
    }

    /** {@code split(separator, limit)}. */
    static List<String> split(JinjaBudget budget, String text, String separator, long limit) {
        requireSeparator(separator);
        List<String> parts = new ArrayList<>();
        int start = 0;
        int next = text.indexOf(separator);
        while (next >= 0 && (limit < 0 || parts.size() < limit)) {
            budget.element();
            parts.add(text.substring(start, next));
            start = next + separator.length();
            next = text.indexOf(separator, start);
        }
        budget.element();
        parts.add(text.substring(start));
        return parts;
    }

    /** {@code rsplit(separator, limit)}. */
    static List<String> splitFromRight(JinjaBudget budget, String text, String separator, long limit) {
        requireSeparator(separator);
        List<String> parts = new ArrayList<>();
        int end = text.length();
        int previous = text.lastIndexOf(separator);
        while (previous >= 0 && (limit < 0 || parts.size() < limit)) {
            budget.element();
            parts.addFirst(text.substring(previous + separator.length(), end));
            end = previous;
            previous = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
        }
        budget.element();
        parts.addFirst(text.substring(0, end));
        return parts;
    }

    static void requireSeparator(String separator) {
        if (separator.isEmpty()) {
            throw new JinjaError("empty separator");
        }
    }

    /** {@code splitlines(keepends)}. */
    static List<String> lines(JinjaBudget budget, String text, boolean keepEnds) {
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!isLineEnd(text.charAt(i))) {
                continue;
            }
            int end = i;
            if (text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                i++;
            }
            budget.element();
            lines.add(text.substring(start, keepEnds ? i + 1 : end));
            start = i + 1;
        }
        if (start < text.length()) {
            budget.element();
            lines.add(text.substring(start));
        }
        return lines;
    }

    private static boolean isLineEnd(char c) {
        return (c >= 10 && c <= 13) || (c >= 28 && c <= 30) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** {@code replace(old, replacement, limit)}; an empty {@code old} matches before every character and at the end. */
    static String replace(JinjaBudget budget, String text, Replacement replacement) {
        StringBuilder result = new StringBuilder();
        String old = replacement.old();
        int start = 0;
        long left = replacement.limit() < 0 ? Long.MAX_VALUE : replacement.limit();
        int next = text.indexOf(old);
        while (next >= 0 && left > 0) {
            budget.step();
            budget.append(result, text.substring(start, next));
            budget.append(result, replacement.by());
            start = next + old.length();
            left--;
            if (next >= text.length() && old.isEmpty()) {
                break;
            }
            int from = old.isEmpty() ? next + Character.charCount(text.codePointAt(next)) : start;
            next = text.indexOf(old, from);
        }
        budget.append(result, text.substring(start));
        return result.toString();
    }

    record Replacement(String old, String by, long limit) {}

    /** How often a text stands in another without overlap. */
    static long count(String text, String part) {
        if (part.isEmpty()) {
            return length(text) + 1L;
        }
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    static String lower(String text) { return text.toLowerCase(Locale.ROOT); }

    static String upper(String text) { return text.toUpperCase(Locale.ROOT); }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int head = Character.charCount(text.codePointAt(0));
        return title(text.substring(0, head)) + lower(text.substring(head));
    }

    /** {@code str.title()}: a letter is large after a character without case, else small. */
    static String title(String text) {
        StringBuilder result = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length();) {
            int c = text.codePointAt(i);
            String one = Character.toString(c);
            boolean cased = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
            result.append(!cased ? one : inWord ? lower(one) : titled(c));
            inWord = cased;
            i += Character.charCount(c);
        }
        return result.toString();
    }

    /** The form of a letter at the head of a word: "ß" gives "Ss". */
    private static String titled(int letter) {
        String upper = upper(Character.toString(letter));
        if (Character.toTitleCase(letter) != letter || upper.codePointCount(0, upper.length()) == 1) {
            return Character.toString(Character.toTitleCase(letter));
        }
        int head = Character.charCount(upper.codePointAt(0));
        return upper.substring(0, head) + lower(upper.substring(head));
    }
}
