package dev.hone.text;

/** Data that cannot be used: the message says what was found, what was expected, where (file, line, field) and what to do. */
public class DataException extends RuntimeException {
    public DataException(String message) { super(message); }

    public DataException(String message, Throwable cause) { super(message, cause); }
}
