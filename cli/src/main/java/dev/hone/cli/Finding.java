package dev.hone.cli;

/**
 * One thing that {@code hone doctor} looked at.
 *
 * @param subject what it is about
 * @param value what was found
 * @param verdict whether that is well
 * @param advice what to do; empty where all is well
 */
record Finding(String subject, String value, Verdict verdict, String advice) {
    /** From well to unusable. */
    enum Verdict {
        OK, WARNING, FAILED
    }

    static Finding ok(String subject, String value) { return new Finding(subject, value, Verdict.OK, ""); }

    /** Well or, with the advice, a warning. */
    static Finding check(String subject, String value, boolean well, String advice) {
        return well ? ok(subject, value) : new Finding(subject, value, Verdict.WARNING, advice);
    }

    static Finding failed(String subject, String value, String advice) {
        return new Finding(subject, value, Verdict.FAILED, advice);
    }
}
