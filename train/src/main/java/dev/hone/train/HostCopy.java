package dev.hone.train;

import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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
    public void fill(Map<String, Tensor> tensors) {
        List<Piece> pieces = new ArrayList<>(tensors.size());
        tensors.forEach((name, tensor) -> pieces.add(new Piece(
                SafetensorsEntry.of(name, tensor.dtype(), tensor.shape(), MemorySegment.NULL),
                place -> copy(tensor, place))));
        fill(pieces);
    }

    /**
     * The tensors themselves instead of copies, where they lie in memory of the host without gaps; others are copied. They must
     * stay as they are until the save that reads them is done.
     */
    static HostCopy lending(Map<String, Tensor> tensors) {
        HostCopy lent = new HostCopy();
        Map<String, Tensor> apart = new LinkedHashMap<>(tensors);
        apart.values().removeIf(Tensor::isPlain);
        try {
            lent.fill(apart);
        } catch (RuntimeException e) {
            lent.close();
            throw e;
        }
        Map<String, SafetensorsEntry> copies = lent.entries.stream()
                .collect(Collectors.toMap(SafetensorsEntry::name, entry -> entry));
        lent.entries = tensors.entrySet().stream()
                .map(each -> Optional.ofNullable(copies.get(each.getKey()))
                        .orElseGet(() -> SafetensorsEntry.of(each.getKey(), each.getValue().dtype(),
                                each.getValue().shape(), each.getValue().memory())))
                .toList();
        return lent;
    }

    /**
     * What is to be copied.
     *
     * @param form the name, type and shape
     * @param copier puts the bytes into the place given
     */
    record Piece(SafetensorsEntry form, Consumer<MemorySegment> copier) {
        long reserved() { return (form.bytes() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }
    }

    synchronized void fill(List<Piece> pieces) {
        awaitReaders();
        requireOpen();
        whole = false;
        entries = List.of();
        reserve(pieces.stream().mapToLong(Piece::reserved).sum());
        List<SafetensorsEntry> copies = new ArrayList<>(pieces.size());
        long offset = 0;
        for (Piece piece : pieces) {
            SafetensorsEntry form = piece.form();
            MemorySegment place = memory.asSlice(offset, form.bytes());
            piece.copier().accept(place);
            copies.add(SafetensorsEntry.of(form.name(), form.dtype(), form.shape(), place));
            offset += piece.reserved();
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
}
