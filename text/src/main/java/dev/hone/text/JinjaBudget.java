package dev.hone.text;

/**
 * How much one rendering may still do. A template comes with a downloaded model and is not trusted: whatever it does, it
 * must end, in bounded memory. Real templates stay below a thousandth of these limits.
 */
final class JinjaBudget {
    static final int MAX_DEPTH = 600;
    static final int MAX_TEXT = 1 << 24;
    private static final long MAX_STEPS = 10_000_000;
    private static final long MAX_TOTAL_TEXT = 1L << 28;

    private long steps = MAX_STEPS;
    private long characters = MAX_TOTAL_TEXT;
    private int depth;

    /** One operation. */
    void step() { items(1); }

    /** As many operations as elements are read or made. */
    void items(long count) {
        steps -= count;
        if (steps < 0) {
            throw new JinjaError("the template did more than " + MAX_STEPS
                    + " operations for one conversation: look for a loop that runs away");
        }
    }

    /** A value is about to be worked on: a long text costs more than one operation. */
    void read(Object value) {
        if (value instanceof String text) {
            items(text.length() >> 6);
        }
    }

    /** A new text becomes an element of a list. */
    void element() { items(8); }

    /** A text of this length is about to be made. */
    void text(long length) {
        characters -= length;
        if (length > MAX_TEXT || characters < 0) {
            throw new JinjaError(
                    "the template makes too much text: at most " + MAX_TEXT + " characters in one text and "
                            + MAX_TOTAL_TEXT + " in all are allowed");
        }
    }

    /** One level deeper; pair with {@link #leave}. */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new JinjaError("nested too deeply: more than " + MAX_DEPTH
                    + " levels of macros, blocks, expressions or values");
        }
    }

    void leave() { depth--; }

    /** Appends to a text that is being made. */
    void append(StringBuilder text, String more) {
        text(more.length());
        if (text.length() + more.length() > MAX_TEXT) {
            text(1L + MAX_TEXT);
        }
        text.append(more);
    }
}
