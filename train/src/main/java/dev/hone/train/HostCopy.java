package dev.hone.train;

import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Named tensors copied to memory of the host, so that a background thread can write them while training changes the
 * originals. The memory is taken once and used for every later {@link #fill} that needs no more of it. A fill waits
 * while a save reads the copy. One thread fills; values keep their type, bit for bit.
 */
public final class HostCopy implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private Arena arena = Arena.ofShared();
    private MemorySegment memory = MemorySegment.NULL;
    private List<SafetensorsEntry> entries = List.of();
    private boolean whole = true;
    private boolean closed;
    private int readers;

    /** A copy of nothing, to be filled. */
    public HostCopy() {}

    /** A copy of tensors; see {@link #fill}. */
    public static HostCopy of(Map<String, Tensor> tensors) {
        HostCopy copy = new HostCopy();
        try {
            copy.fill(tensors);
            return copy;
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    /**
     * Replaces the content by a copy of tensors, of any device and with any strides; waits for a save that still reads the
     * older content. The order of the map is the order in the file.
     *
     * @throws CheckpointException when there is not enough memory
     * @throws dev.hone.tensor.SafetensorsException for a name that a file of tensors cannot hold
     */
    public synchronized void fill(Map<String, Tensor> tensors) {
        awaitReaders();
        requireOpen();
        whole = false;
        entries = List.of();
        reserve(tensors.values().stream().mapToLong(tensor -> aligned(bytes(tensor))).sum());
        List<SafetensorsEntry> copies = new ArrayList<>(tensors.size());
        long offset = 0;
        for (Map.Entry<String, Tensor> named : tensors.entrySet()) {
            Tensor tensor = named.getValue();
            MemorySegment place = memory.asSlice(offset, bytes(tensor));
            copies.add(SafetensorsEntry.of(named.getKey(), tensor.dtype(), tensor.shape(), place));
            copy(tensor, place);
            offset += aligned(place.byteSize());
        }
        entries = List.copyOf(copies);
        whole = true;
    }

    /** libtorch copies with all its threads, straight from another device, and out of strided views. */
    private static void copy(Tensor tensor, MemorySegment place) {
        if (place.byteSize() == 0) {
            return;
        }
        try (Scope scope = Scope.open()) {
            Tensors.view(place, tensor.dtype(), tensor.shape()).copyFrom(tensor.detach());
        }
    }

    /** The names, in the order in which they will be written. */
    public synchronized List<String> names() {
        return entries.stream().map(SafetensorsEntry::name).toList();
    }

    /** Bytes of memory held, whatever of it the present content needs. */
    public synchronized long reservedBytes() {
        return memory.byteSize();
    }

    /** Lends the content until {@link #giveBack}; it does not change before that. */
    synchronized List<SafetensorsEntry> borrow() {
        requireOpen();
        if (!whole) {
            throw new IllegalStateException("this host copy was not filled to the end: fill it again before saving it");
        }
        readers++;
        return entries;
    }

    synchronized void giveBack() {
        readers--;
        notifyAll();
    }

    /** Frees the memory, once no save reads it any more. */
    @Override
    public synchronized void close() {
        awaitReaders();
        if (!closed) {
            closed = true;
            memory = MemorySegment.NULL;
            arena.close();
        }
    }

    private void reserve(long bytes) {
        if (bytes <= memory.byteSize()) {
            return;
        }
        memory = MemorySegment.NULL;
        arena.close();
        arena = Arena.ofShared();
        try {
            memory = arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError e) {
            throw new CheckpointException("Found no " + bytes
                    + " bytes of free memory, expected room for a copy of what a"
                    + " checkpoint holds, in this process. Free some memory, or make the model or the batch smaller.",
                    e);
        }
    }

    private void awaitReaders() {
        boolean interrupted = false;
        while (readers > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                // An interrupt ends the training loop at its next step; it must not tear the save that is under way.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("a host copy is used after it was closed");
        }
    }

    private static long bytes(Tensor tensor) { return tensor.count() * tensor.dtype().bytes(); }

    private static long aligned(long bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }
}
