package dev.hone.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * What a process can tell the system about pages of a mapped file. Pages that were read count as the process's memory until
 * they are given back; they stay in the system's cache all the same, and reading them again brings them back.
 */
final class Pages {
    /** Whole pages on any system: arm64 has pages of up to 64 KiB. */
    private static final long SIZE = 1 << 16;
    private static final int DONT_NEED = 4;
    private static final Optional<MethodHandle> ADVISE = advise();

    private Pages() {}

    private static Optional<MethodHandle> advise() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
        Linker linker = Linker.nativeLinker();
        return linux
                ? linker.defaultLookup().find("madvise").map(symbol -> linker.downcallHandle(symbol,
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT)))
                : Optional.empty();
    }

    /** Gives back the pages that lie wholly in a part of a read-only mapping; does nothing where the system has no such call. */
    static void giveBack(MemorySegment mapped) {
        long start = (mapped.address() + SIZE - 1) / SIZE * SIZE;
        long end = (mapped.address() + mapped.byteSize()) / SIZE * SIZE;
        if (ADVISE.isEmpty() || end <= start) {
            return;
        }
        try {
            // it is advice: where it fails, the pages stay until the file is closed
            int ignored = (int) ADVISE.get().invokeExact(MemorySegment.ofAddress(start), end - start, DONT_NEED);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise could not be called", e);
        }
    }
}
