package dev.hone.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The C library's heap, where tensors on the CPU lie. */
public final class NativeHeap {
    /** glibc's M_MMAP_THRESHOLD. */
    private static final int MMAP_THRESHOLD = -3;
    private static final int LARGE = 8 << 20;
    private static final Optional<MethodHandle> OPTION = option();

    private NativeHeap() {}

    private static Optional<MethodHandle> option() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find("mallopt").map(symbol -> linker.downcallHandle(symbol,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
    }

    /**
     * From now on blocks of 8 MiB and more go back to the system as soon as they are freed. By itself glibc raises that limit
     * to 32 MiB with every block that it frees and keeps what is below between blocks that are in use: a model whose dense
     * matrices exist one after the other then takes half as much memory again. The price is new pages for every such block.
     *
     * @return whether this system's C library has the choice
     */
    public static boolean returnLargeBlocks() {
        if (OPTION.isEmpty()) {
            return false;
        }
        try {
            return (int) OPTION.get().invokeExact(MMAP_THRESHOLD, LARGE) == 1;
        } catch (Throwable e) {
            throw new IllegalStateException("mallopt could not be called", e);
        }
    }
}
