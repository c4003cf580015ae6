package dev.hone.tensor;

/**
 * A safetensors file, or a folder of them, that cannot be read or written. The message says what was found, what was
 * expected, where (the file and the tensor) and what to do.
 */
public final class SafetensorsException extends RuntimeException {
    private static final int LONGEST_QUOTE = 120;

    public SafetensorsException(String message) { super(message); }

    public SafetensorsException(String message, Throwable cause) { super(message, cause); }

    /** The one order in which every message of this package's file classes is told. */
    static SafetensorsException of(String found, String expected, Object where, String advice) {
        return new SafetensorsException(message(found, expected, where, advice));
    }

    static String message(String found, String expected, Object where, String advice) {
        return "Found " + found + ", expected " + expected + ", in " + where + ". " + advice;
    }

    /** A name out of a file as a message may show it: a hostile one must neither flood a log nor fake a line of it. */
    static String quoted(String name) {
        StringBuilder text = new StringBuilder("'");
        name.codePoints().limit(LONGEST_QUOTE).forEach(point -> {
            if (Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE
                    || Character.getType(point) == Character.FORMAT) {
                text.append("\\u").append(String.format("%04x", point));
            } else {
                text.appendCodePoint(point);
            }
        });
        boolean cut = name.codePointCount(0, name.length()) > LONGEST_QUOTE;
        return text.append(cut ? "…'" : "'").toString();
    }
}
