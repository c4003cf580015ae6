package dev.hone.text;

/** A pair whose two answers are the same: it says nothing, and is left out and counted. */
final class EqualAnswersException extends DataException {
    EqualAnswersException(String message) { super(message); }
}
