package dev.hone.config;

/** A value that does not fit its type; becomes a {@link Problem} where key and place are known. */
final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String found;
    private final String expected;
    private final String advice;

    Mismatch(String found, String expected, String advice) {
        super(found, null, false, false);
        this.found = found;
        this.expected = expected;
        this.advice = advice;
    }

    String found() { return found; }

    String expected() { return expected; }

    /** Empty where the type has nothing better to say than to give what is expected. */
    String advice() {
        return advice;
    }
}
