package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.SafetensorsEntry;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Run as a process of its own: saves checkpoints without end, to be killed, or until a save fails. */
final class CheckpointKilledSaver {
    private CheckpointKilledSaver() {}

    /**
     * Arguments: the folder, and from which step on a checkpoint is large. Prints {@code saved STEP} once that one is on the
     * disk, while the next is being written. The tensors are filled without libtorch, which takes long to load.
     */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        long large = Long.parseLong(arguments[1]);
        try (CheckpointStore store = CheckpointStore.open(folder, 2, System.out::println);
                HostCopy model = new HostCopy();
                HostCopy optimizer = new HostCopy()) {
            for (long step = newest(store) + 1;; step++) {
                fill(model, step, step >= large ? 400_000 : 20_000);
                fill(optimizer, step, 40_000);
                store.saveAsync(CheckpointSamples.evaluated(step, step % 3, 0), model, optimizer);
                System.out.println("saved " + (step - 1));
                System.out.flush();
            }
        } catch (CheckpointException e) {
            System.out.println("failed " + e.getMessage());
        }
    }

    private static long newest(CheckpointStore store) {
        try (Checkpoint newest = store.newestGood().orElse(null)) {
            return newest == null ? 0 : newest.state().step();
        }
    }

    private static void fill(HostCopy copy, long step, int size) {
        copy.fill(IntStream.range(0, 4).mapToObj(i -> new HostCopy.Piece(
                SafetensorsEntry.of("layer." + i, DType.FLOAT32, new long[]{size}, MemorySegment.NULL), place -> {
                    for (int at = 0; at < size; at++) {
                        place.setAtIndex(ValueLayout.JAVA_FLOAT, at, step);
                    }
                })).toList());
    }
}
