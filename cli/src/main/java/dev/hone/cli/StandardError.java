package dev.hone.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Standard error as the launcher keeps it while the JVM starts: a JVM with the Vector API prints a warning about it before any
 * code of ours runs, and no option of its silences that. So the launcher starts it with standard error closed to it and the
 * real one under another number, and this puts it back, for Java and for native code alike.
 */
final class StandardError {
    private static final int STANDARD_ERROR = 2;

    private StandardError() {}

    /** Does nothing where the launcher did nothing. */
    static void restore() {
        Integer kept = Integer.getInteger("hone.stderr");
        if (kept == null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle dup2 = linker.downcallHandle(linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        try {
            int _ = (int) dup2.invokeExact(kept.intValue(), STANDARD_ERROR);
        } catch (Throwable impossible) {
            throw new IllegalStateException("standard error could not be put back", impossible);
        }
    }
}
