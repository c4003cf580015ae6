package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Optimizer state in a file that is mapped into memory ("paged"): the operating system keeps in RAM what fits and writes the
 * rest to disk, so that the state may be larger than RAM. A step goes through the state once, in order, as disks like it.
 * The file is written in full before it is mapped, since a disk that fills up under a mapping would end the process.
 */
final class MappedMemory implements OptimizerMemory {
    private static final long SLAB = 64L << 20;
    private static final long ALIGNMENT = 4096;
    private static final int ZEROS = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private MemorySegment slab = MemorySegment.NULL;
    private long used;
    private long length;

    /**
     * Makes the file anew; what a run that was killed left there is overwritten.
     *
     * @throws java.io.UncheckedIOException when it cannot be written
     */
    MappedMemory(Path file) {
        this.file = file;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw RunFiles.unwritable(file, e);
        }
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
        long reserved = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (used + reserved > slab.byteSize()) {
            slab = grow(Math.max(SLAB, reserved));
            used = 0;
        }
        MemorySegment place = slab.asSlice(used, bytes);
        used += reserved;
        return Scope.owned(() -> Tensors.view(place, dtype, shape));
    }

    /** Bytes of the file. */
    long bytes() { return length; }

    private MemorySegment grow(long bytes) {
        try {
            long free = Files.getFileStore(file).getUsableSpace();
            if (free > 0 && free < bytes) {
                throw new CheckpointException("Found " + free + " bytes free on the disk of " + file + ", expected "
                        + bytes + " more for optimizer state (optim_offload). Free some space, give another --out, or"
                        + " choose an optimizer with less state, adamw_8bit or adafactor.");
            }
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS);
            for (long written = 0; written < bytes;) {
                zeros.clear().limit((int) Math.min(ZEROS, bytes - written));
                written += channel.write(zeros, length + written);
            }
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, length, bytes, arena);
            length += bytes;
            return mapped;
        } catch (IOException e) {
            throw RunFiles.unwritable(file, e);
        }
    }

    /** Unmaps and removes the file. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
        try {
            channel.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw RunFiles.unwritable(file, e);
        }
    }
}
