package dev.hone.text;

/** Which part of a row is kept when it is longer than the window. */
public enum Truncation {
    /** The first tokens; the end of the last reply is lost. */
    KEEP_START,
    /** The last tokens; the begin token and the start of the prompt are lost. */
    KEEP_END
}
