package dev.hone.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/** Environment variables that native libraries read when they load, which Java itself cannot set. */
final class Environment {
    private Environment() {}

    /**
     * Sets a variable unless the user has set it. OpenMP's GOMP_SPINCOUNT is one: by default its idle threads spin for
     * milliseconds after each op and take the cores from our own kernels.
     */
    static void setDefault(String name, String value) {
        if (System.getenv(name) != null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> setenv = linker.defaultLookup().find("setenv");
        if (setenv.isEmpty()) {
            return; // not a POSIX system
        }
        FunctionDescriptor signature = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT);
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) linker.downcallHandle(setenv.get(), signature).invokeExact(arena.allocateFrom(name),
                    arena.allocateFrom(value), 0);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot set " + name, e);
        }
    }
}
