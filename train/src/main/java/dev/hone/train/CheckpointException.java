package dev.hone.train;

import org.jspecify.annotations.Nullable;

/** A checkpoint that cannot be written or read. The message says what was found, what was expected, where, and what to do. */
public final class CheckpointException extends RuntimeException {
    public CheckpointException(String message) { super(message); }

    public CheckpointException(String message, @Nullable Throwable cause) { super(message, cause); }

    static CheckpointException of(String found, String expected, Object where, String advice) {
        return new CheckpointException("Found " + found + ", expected " + expected + ", in " + where + ". " + advice);
    }
}
