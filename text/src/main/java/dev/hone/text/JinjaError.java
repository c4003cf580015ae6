package dev.hone.text;

/** What went wrong in an operation of a template, before the interpreter adds the line. */
final class JinjaError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JinjaError(String message) { super(message, null, false, false); }
}
