package dev.hone.train;

/** A loss or gradient that is not a number, often enough that going on would only waste time. */
public final class NonFiniteException extends RuntimeException {
    public NonFiniteException(String message) { super(message); }
}
