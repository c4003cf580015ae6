package dev.hone.train;

import dev.hone.tensor.ActivationMemory;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Activations in a mapped file until backward wants them. A place is used again as soon as the tensor over it is closed, by
 * backward or with the scope of its micro-batch, so the file grows to what the largest micro-batch keeps.
 */
final class MappedActivations implements ActivationMemory {
    private final MappedFile file;
    private final List<Place> places = new ArrayList<>();

    /** A piece of the file and the newest tensor over it. */
    private static final class Place {
        private final MemorySegment bytes;
        private Tensor tenant;

        Place(MemorySegment bytes, Tensor tenant) {
            this.bytes = bytes;
            this.tenant = tenant;
        }
    }

    /** @throws java.io.UncheckedIOException when the file cannot be written */
    MappedActivations(Path file) {
        this.file = new MappedFile(file, "activations (activation_offloading). Free some space, give another --out, or"
                + " let fewer tokens go through together (microbatch_tokens).");
    }

    @Override
    public Optional<Tensor> keep(Tensor activation) {
        if (!activation.device().isCpu()) {
            throw new IllegalArgumentException("an activation on " + activation.device()
                    + " in a mapped file, expected one on the cpu: that device's go to ActivationMemory.HOST");
        }
        long bytes = activation.count() * activation.dtype().bytes();
        Optional<Place> free = places.stream()
                .filter(place -> place.tenant.isClosed() && place.bytes.byteSize() >= bytes)
                .min(Comparator.comparingLong(place -> place.bytes.byteSize()));
        MemorySegment room = free.map(place -> place.bytes).orElseGet(() -> file.grow(MappedFile.pages(bytes)));
        Tensor kept = Tensors.view(room.asSlice(0, bytes), activation.dtype(), activation.shape());
        kept.copyFrom(activation);
        free.ifPresentOrElse(place -> place.tenant = kept, () -> places.add(new Place(room, kept)));
        return Optional.of(kept);
    }

    /** Bytes of the file. */
    long bytes() { return file.bytes(); }

    @Override
    public void close() { file.close(); }
}
