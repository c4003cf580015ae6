package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Optimizer state in a mapped file, so that it may be larger than RAM. A step goes through the state once, in order, as disks
 * like it.
 */
final class MappedMemory implements OptimizerMemory {
    private static final long SLAB = 64L << 20;

    private final MappedFile file;
    private MemorySegment slab = MemorySegment.NULL;
    private long used;

    /** @throws java.io.UncheckedIOException when the file cannot be written */
    MappedMemory(Path file) {
        this.file = new MappedFile(file, "optimizer state (optim_offload). Free some space, give another --out, or"
                + " choose an optimizer with less state, adamw_8bit or adafactor.");
    }

    @Override
    public Tensor zeros(DType dtype, Device device, long... shape) {
        if (!device.isCpu()) {
            throw new IllegalArgumentException("optimizer state of a parameter on " + device
                    + " in a mapped file, expected one on the cpu: leave optim_offload off");
        }
        long bytes = dtype.bytes();
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        long reserved = MappedFile.pages(bytes);
        if (used + reserved > slab.byteSize()) {
            slab = file.grow(Math.max(SLAB, reserved));
            used = 0;
        }
        MemorySegment place = slab.asSlice(used, bytes);
        used += reserved;
        return Scope.owned(() -> Tensors.view(place, dtype, shape));
    }

    /** Bytes of the file. */
    long bytes() { return file.bytes(); }

    @Override
    public void close() { file.close(); }
}
