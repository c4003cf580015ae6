package dev.hone.cli;

/** Nobody reads the results any more, as after {@code hone score … | head}: no failure, but a reason to end. */
final class OutputClosedException extends RuntimeException {
    OutputClosedException() { super("standard output was closed"); }
}
