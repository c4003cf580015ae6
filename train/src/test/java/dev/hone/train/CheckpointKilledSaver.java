package dev.hone.train;

import java.nio.file.Path;

/** Run as a process of its own: saves checkpoints without end, to be killed, or until a save fails. */
final class CheckpointKilledSaver {
    private CheckpointKilledSaver() {}

    /** Arguments: the folder, and from which step on a checkpoint is large. Prints {@code saved STEP} once it is on the disk. */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        long large = Long.parseLong(arguments[1]);
        try (CheckpointStore store = CheckpointStore.open(folder, 2, System.out::println);
                HostCopy model = new HostCopy();
                HostCopy optimizer = new HostCopy()) {
            long step = store.newestGood().map(good -> {
                try (good) {
                    return good.state().step();
                }
            }).orElse(0L);
            while (true) {
                step++;
                CheckpointSamples.fill(model, step, 4, step >= large ? 400_000 : 20_000);
                CheckpointSamples.fill(optimizer, step, 4, 40_000);
                store.saveAsync(CheckpointSamples.evaluated(step, step % 3, 0), model, optimizer);
                store.awaitIdle();
                System.out.println("saved " + step);
                System.out.flush();
            }
        } catch (CheckpointException e) {
            System.out.println("failed " + e.getMessage());
        }
    }
}
