package dev.hone.text;

/** A row that does not fit the window without losing what is to be learned: left out and counted where that is asked for. */
final class TooLongException extends DataException {
    TooLongException(String message) { super(message); }
}
