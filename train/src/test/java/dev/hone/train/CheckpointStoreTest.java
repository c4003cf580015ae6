package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.SafetensorsException;
import dev.hone.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class CheckpointStoreTest {
    @TempDir
    private Path folder;

    @Test
    void aSavedCheckpointIsReadBackWhole() throws Exception {
        try (CheckpointStore store = open(2); HostCopy model = new HostCopy(); HostCopy optimizer = new HostCopy()) {
            CheckpointSamples.fill(model, 5, 3, 5);
            CheckpointSamples.fill(optimizer, 5, 2, 7);
            Path saved = store.saveAsync(CheckpointSamples.state(5), model, optimizer,
                    Map.of("config.json", "{\"a\":1}".getBytes())).get();
            assertThat(saved).isEqualTo(folder.resolve("checkpoint-5"));
            try (Checkpoint checkpoint = store.newestGood().orElseThrow()) {
                assertThat(checkpoint.folder()).isEqualTo(saved);
                assertThat(checkpoint.state()).isEqualTo(CheckpointSamples.state(5));
                assertThat(checkpoint.model().names()).containsExactly("layer.0", "layer.1", "layer.2");
                assertThat(checkpoint.optimizer().info("layer.1").shape()).containsExactly(7);
                assertThat(CheckpointSamples.distinctValues(checkpoint)).containsExactly(5f);
                assertThat(checkpoint.file("config.json")).asString().isEqualTo("{\"a\":1}");
                for (String absent : List.of("tokenizer.json", "../checkpoint-5/config.json", "")) {
                    assertThatThrownBy(() -> checkpoint.file(absent)).isInstanceOf(CheckpointException.class);
                }
            }
            assertThat(store.best()).isEmpty();
            assertThat(names()).containsExactly(".checkpoints.lock", "checkpoint-5");
        }
    }

    @Test
    void theLastFewStay() {
        try (CheckpointStore store = open(2)) {
            CheckpointSamples.save(store, 1, 2, 3, 10);
            assertThat(names()).containsExactly(".checkpoints.lock", "checkpoint-10", "checkpoint-3");
        }
    }

    @Test
    void theBestStaysWhilePruning() {
        try (CheckpointStore store = open(1)) {
            CheckpointSamples.save(store, CheckpointSamples.evaluated(1, 3.0, 3.0));
            CheckpointSamples.save(store, CheckpointSamples.evaluated(2, 2.0, 2.0));
            CheckpointSamples.save(store, CheckpointSamples.evaluated(3, 2.5, 2.0));
            CheckpointSamples.save(store, CheckpointSamples.evaluated(4, 2.6, 2.0));
            assertThat(names()).containsExactly(".checkpoints.lock", "best", "checkpoint-2", "checkpoint-4");
            try (Checkpoint best = store.best().orElseThrow()) {
                assertThat(best.state().step()).isEqualTo(2);
            }
            CheckpointSamples.save(store, CheckpointSamples.evaluated(5, 1.0, 1.0));
            assertThat(names()).containsExactly(".checkpoints.lock", "best", "checkpoint-5");
        }
    }

    @Test
    void theSameStepIsReplaced() throws IOException {
        try (CheckpointStore store = open(2)) {
            CheckpointSamples.save(store, 4, 5);
            Files.writeString(folder.resolve("checkpoint-5/model.safetensors"), "torn");
            CheckpointSamples.save(store, 5);
            try (Checkpoint checkpoint = store.newestGood().orElseThrow()) {
                assertThat(CheckpointSamples.distinctValues(checkpoint)).containsExactly(5f);
            }
            assertThat(names()).containsExactly(".checkpoints.lock", "checkpoint-4", "checkpoint-5");
        }
    }

    @Test
    void aBrokenNewerOneDoesNotCostAGoodOne() throws IOException {
        List<String> warnings = Collections.synchronizedList(new ArrayList<>());
        try (CheckpointStore store = CheckpointStore.open(folder, 2, warnings::add)) {
            CheckpointSamples.save(store, 1, 9);
            Files.writeString(folder.resolve("checkpoint-9/state.json"), "torn");
            try (Checkpoint checkpoint = store.newestGood().orElseThrow()) {
                assertThat(checkpoint.state().step()).isEqualTo(1);
            }
            assertThat(warnings).singleElement().asString().contains("checkpoint-9").contains("4 bytes");
            CheckpointSamples.save(store, 2, 3);
            assertThat(names()).containsExactly(".checkpoints.lock", "checkpoint-2", "checkpoint-3", "checkpoint-9");
        }
    }

    @Test
    void trainingGoesOnWhileTheDiskIsSlowAndASecondSaveWaits() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        AtomicInteger writing = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (CheckpointStore store = CheckpointStore.open(folder, 5, CheckpointSamples.NO_WARNING, (file, entries) -> {
            most.accumulateAndGet(writing.incrementAndGet(), Math::max);
            await(disk);
            try {
                return SafetensorsWriter.write(file, entries);
            } finally {
                writing.decrementAndGet();
            }
        }); HostCopy model = new HostCopy(); HostCopy optimizer = new HostCopy()) {
            CheckpointSamples.fill(model, 1, 3, 5);
            CheckpointSamples.fill(optimizer, 1, 2, 7);
            Future<Path> first = store.saveAsync(CheckpointSamples.state(1), model, optimizer);
            assertThat(first.isDone()).isFalse();
            Thread second = Thread.ofPlatform().start(() -> {
                CheckpointSamples.fill(model, 2, 3, 5);
                CheckpointSamples.fill(optimizer, 2, 2, 7);
                store.saveAsync(CheckpointSamples.state(2), model, optimizer);
            });
            assertThat(second.join(java.time.Duration.ofMillis(200))).isFalse();
            disk.countDown();
            second.join();
            store.awaitIdle();
            assertThat(most).hasValue(1);
            for (long step : new long[]{1, 2}) {
                try (Checkpoint checkpoint = Checkpoint.open(folder.resolve("checkpoint-" + step))) {
                    assertThat(CheckpointSamples.distinctValues(checkpoint)).containsExactly((float) step);
                }
            }
        }
    }

    @Test
    void anotherCopyWaitsTooSoThatOneSaveIsInFlight() throws Exception {
        CountDownLatch disk = new CountDownLatch(1);
        try (CheckpointStore store = CheckpointStore.open(folder, 5, CheckpointSamples.NO_WARNING, (file, entries) -> {
            await(disk);
            return SafetensorsWriter.write(file, entries);
        }); HostCopy one = new HostCopy(); HostCopy two = new HostCopy()) {
            Future<Path> first = store.saveAsync(CheckpointSamples.state(1), one, one);
            AtomicBoolean firstWasDone = new AtomicBoolean();
            Thread second = Thread.ofPlatform().start(() -> {
                store.saveAsync(CheckpointSamples.state(2), two, two);
                firstWasDone.set(first.isDone());
            });
            assertThat(second.join(java.time.Duration.ofMillis(200))).isFalse();
            disk.countDown();
            second.join();
            assertThat(firstWasDone).isTrue();
            store.awaitIdle();
            assertThat(names()).contains("checkpoint-1", "checkpoint-2");
        }
    }

    @Test
    void aFullDiskIsToldAndHarmsNothing() {
        AtomicBoolean full = new AtomicBoolean();
        CheckpointStore store = CheckpointStore.open(folder, 1, CheckpointSamples.NO_WARNING, (file, entries) -> {
            SafetensorsWriter.Written written = SafetensorsWriter.write(file, entries);
            if (full.get() && file.endsWith("optimizer.safetensors")) {
                throw new SafetensorsException("Found a disk with 0 bytes free, expected room. Free some space.");
            }
            return written;
        });
        CheckpointSamples.save(store, 1);
        full.set(true);
        assertThatThrownBy(() -> CheckpointSamples.save(store, 2)).isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step 2")
                .hasMessageContaining("Free some space. Older checkpoints are unchanged.");
        assertThat(names()).containsExactly(".checkpoints.lock", "checkpoint-1");
        store.awaitIdle();
        full.set(false);
        CheckpointSamples.save(store, 3);
        assertThat(names()).containsExactly(".checkpoints.lock", "checkpoint-3");
        store.close();
    }

    @Test
    void aFailureIsToldByTheNextCallWhicheverItIs() {
        CheckpointStore store = CheckpointStore.open(folder, 1, CheckpointSamples.NO_WARNING, (file, entries) -> {
            throw new OutOfMemoryError("no memory");
        });
        try (HostCopy copy = new HostCopy()) {
            Future<Path> failed = store.saveAsync(CheckpointSamples.state(1), copy, copy);
            assertThatThrownBy(failed::get).isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CheckpointException.class);
            assertThatThrownBy(() -> store.saveAsync(CheckpointSamples.state(2), copy, copy))
                    .isInstanceOf(CheckpointException.class).hasMessageContaining("step 1")
                    .hasMessageContaining("no memory");
            CheckpointSamples.fill(copy, 2, 1, 1);
            assertThat(store.saveAsync(CheckpointSamples.state(2), copy, copy)).isNotNull();
        }
        assertThatThrownBy(store::close).isInstanceOf(CheckpointException.class).hasMessageContaining("step 2");
        store.close();
        open(1).close();
    }

    @Test
    void anInterruptedCallerStillGetsAWholeCheckpoint() {
        try (CheckpointStore store = open(1)) {
            Thread.currentThread().interrupt();
            CheckpointSamples.save(store, 1);
            assertThat(Thread.interrupted()).isTrue();
            store.newestGood().orElseThrow().close();
        }
    }

    @Test
    void aSecondStoreOnTheFolderIsRefused() {
        try (CheckpointStore store = open(1)) {
            assertThatThrownBy(() -> open(1)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("this process writing checkpoints").hasMessageContaining(folder.toString());
            CheckpointSamples.save(store, 1);
        }
        open(1).close();
    }

    @Test
    void aFileInPlaceOfTheFolderIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("out"), "x");
        assertThatThrownBy(() -> CheckpointStore.open(file, 1, CheckpointSamples.NO_WARNING))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("a file stands where the folder should be");
    }

    @Test
    void aFolderThatVanishedIsTold() throws IOException {
        Path run = folder.resolve("run");
        try (CheckpointStore store = CheckpointStore.open(run, 1, CheckpointSamples.NO_WARNING)) {
            CheckpointDisk.removeTree(run);
            Files.writeString(run, "a file");
            assertThatThrownBy(() -> CheckpointSamples.save(store, 1)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("checkpoint-1").hasMessageContaining("cannot be written");
        }
    }

    @Test
    void leftoversOfAKilledSaveAreClearedAndNothingElse() throws IOException {
        try (CheckpointStore store = open(3)) {
            CheckpointSamples.save(store, 1, 2);
        }
        Path one = folder.resolve("checkpoint-1");
        Path whole = CheckpointName.old(one);
        Files.move(one, whole);
        Files.createDirectory(CheckpointName.old(folder.resolve("checkpoint-2")));
        Path torn = Files.createDirectory(CheckpointName.temporary(folder.resolve("checkpoint-3")));
        Files.writeString(torn.resolve("model.safetensors"), "half");
        Files.createDirectory(folder.resolve("checkpoint-3.tmp-mine"));
        Files.createDirectory(folder.resolve("notes.tmp-1"));
        Path target = Files.createDirectory(folder.resolve("elsewhere"));
        Path link = Files.createSymbolicLink(CheckpointName.temporary(folder.resolve("checkpoint-8")), target);
        open(3).close();
        assertThat(names()).containsExactlyInAnyOrder(".checkpoints.lock", "checkpoint-1", "checkpoint-2",
                "checkpoint-3.tmp-mine", "elsewhere", "notes.tmp-1", link.getFileName().toString());
    }

    @Test
    void aKillBeforeTheBestWasNamedIsMendedOnResume() throws IOException {
        try (CheckpointStore store = open(3)) {
            CheckpointSamples.save(store, CheckpointSamples.evaluated(1, 3.0, 3.0));
            CheckpointSamples.save(store, CheckpointSamples.evaluated(2, 2.0, 2.0));
        }
        Files.writeString(folder.resolve("best"), "checkpoint-1\n");
        try (CheckpointStore store = open(3)) {
            store.newestGood().orElseThrow().close();
            assertThat(folder.resolve("best")).hasContent("checkpoint-2");
        }
    }

    @Test
    void extraFilesHavePlainNamesOfTheirOwn() {
        try (CheckpointStore store = open(1); HostCopy copy = new HostCopy()) {
            for (String name : List.of("../x", "a/b", "", ".", "..", "state.json", "manifest.json",
                    "model.safetensors")) {
                assertThatThrownBy(() -> store.saveAsync(CheckpointSamples.state(1), copy, copy,
                        Map.of(name, new byte[0]))).isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(names()).containsExactly(".checkpoints.lock");
        }
        assertThatThrownBy(() -> open(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private CheckpointStore open(int keepLast) {
        return CheckpointStore.open(folder, keepLast, CheckpointSamples.NO_WARNING);
    }

    private List<String> names() {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
