package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.DType;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsException;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class HostCopyTest {
    @ParameterizedTest
    @EnumSource(DType.class)
    void everyBitOfEveryTypeIsKept(DType dtype) {
        byte[] bits = new byte[35 * dtype.bytes()];
        new Random(dtype.ordinal()).nextBytes(bits);
        if (dtype == DType.BOOL) {
            for (int i = 0; i < bits.length; i++) {
                bits[i] &= 1;
            }
        }
        try (Scope scope = Scope.open();
                HostCopy copy = HostCopy.of(Map.of("w",
                        Tensors.copyOf(MemorySegment.ofArray(bits), dtype, 5, 7)))) {
            assertThat(bytes(copy, "w")).isEqualTo(bits);
            SafetensorsEntry entry = copy.borrow().getFirst();
            copy.giveBack();
            assertThat(entry.dtype()).isEqualTo(dtype);
            assertThat(entry.shape()).containsExactly(5, 7);
        }
    }

    @Test
    void stridedViewsScalarsAndEmptyTensorsAreCopiedInTheirOrder() {
        try (Scope scope = Scope.open(); HostCopy copy = new HostCopy()) {
            Tensor matrix = Tensors.of(new float[]{1, 2, 3, 4, 5, 6}, 2, 3);
            Map<String, Tensor> named = new LinkedHashMap<>();
            named.put("z.turned", matrix.t());
            named.put("scalar", matrix.sum());
            named.put("empty", Tensors.zeros(DType.FLOAT32, 0, 4));
            named.put("a.column", matrix.narrow(1, 1, 1));
            copy.fill(named);
            assertThat(copy.names()).containsExactly("z.turned", "scalar", "empty", "a.column");
            assertThat(floats(copy, "z.turned")).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(floats(copy, "scalar")).containsExactly(21);
            assertThat(floats(copy, "empty")).isEmpty();
            assertThat(floats(copy, "a.column")).containsExactly(2, 5);
        }
    }

    @Test
    void whatIsLentIsNotCopiedButWhatLiesInGapsIs() {
        try (Scope scope = Scope.open()) {
            Tensor matrix = Tensors.of(new float[]{1, 2, 3, 4, 5, 6}, 2, 3);
            Map<String, Tensor> named = new LinkedHashMap<>();
            named.put("column", matrix.narrow(1, 1, 1));
            named.put("whole", matrix);
            try (HostCopy lent = HostCopy.lending(named)) {
                assertThat(lent.names()).containsExactly("column", "whole");
                assertThat(floats(lent, "column")).containsExactly(2, 5);
                assertThat(floats(lent, "whole")).containsExactly(1, 2, 3, 4, 5, 6);
                assertThat(lent.reservedBytes()).isLessThan(matrix.count() * 4 + 64);
            }
        }
    }

    @Test
    void laterChangesOfTheOriginalDoNotShow() {
        try (Scope scope = Scope.open()) {
            Tensor weight = Tensors.full(1, DType.FLOAT32, 4);
            try (HostCopy copy = HostCopy.of(Map.of("w", weight))) {
                weight.fill(2);
                assertThat(floats(copy, "w")).containsOnly(1);
            }
        }
    }

    @Test
    void theMemoryIsUsedAgain() {
        try (HostCopy copy = new HostCopy()) {
            CheckpointSamples.fill(copy, 1, 3, 1000);
            long reserved = copy.reservedBytes();
            long address = address(copy);
            for (int step = 2; step < 20; step++) {
                CheckpointSamples.fill(copy, step, step % 3 + 1, 1000);
                assertThat(floats(copy, "layer.0")).containsOnly(step);
            }
            assertThat(copy.reservedBytes()).isEqualTo(reserved);
            assertThat(address(copy)).isEqualTo(address);
            CheckpointSamples.fill(copy, 20, 4, 1000);
            assertThat(copy.reservedBytes()).isGreaterThanOrEqualTo(16_000);
        }
    }

    @Test
    void aFillWaitsForTheSaveThatReads() throws InterruptedException {
        try (HostCopy copy = new HostCopy()) {
            CheckpointSamples.fill(copy, 1, 1, 8);
            List<SafetensorsEntry> lent = copy.borrow();
            CountDownLatch filled = new CountDownLatch(1);
            Thread filler = Thread.ofPlatform().start(() -> {
                CheckpointSamples.fill(copy, 2, 1, 8);
                filled.countDown();
            });
            assertThat(filled.await(200, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(floats(lent, "layer.0")).containsOnly(1);
            copy.giveBack();
            assertThat(filled.await(10, TimeUnit.SECONDS)).isTrue();
            filler.join();
            assertThat(floats(copy, "layer.0")).containsOnly(2);
        }
    }

    @Test
    void closingWaitsForTheSaveThatReads() throws InterruptedException {
        HostCopy copy = new HostCopy();
        CheckpointSamples.fill(copy, 1, 1, 8);
        List<SafetensorsEntry> lent = copy.borrow();
        Thread closer = Thread.ofPlatform().start(copy::close);
        closer.interrupt();
        assertThat(closer.join(java.time.Duration.ofMillis(200))).isFalse();
        assertThat(floats(lent, "layer.0")).containsOnly(1);
        copy.giveBack();
        closer.join();
        assertThatThrownBy(() -> CheckpointSamples.fill(copy, 1, 1, 8)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aFillThatBrokeOffIsNeverSaved() {
        SafetensorsEntry form = SafetensorsEntry.of("w", DType.FLOAT32, new long[]{2}, MemorySegment.NULL);
        try (HostCopy copy = new HostCopy()) {
            CheckpointSamples.fill(copy, 1, 1, 8);
            assertThatThrownBy(() -> copy.fill(List.of(new HostCopy.Piece(form, place -> {
                throw new IllegalStateException("device lost");
            })))).hasMessage("device lost");
            assertThatThrownBy(() -> floats(copy, "w")).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("fill it again");
            CheckpointSamples.fill(copy, 3, 1, 8);
            assertThat(floats(copy, "layer.0")).containsOnly(3);
        }
    }

    @Test
    void aNameThatNoFileCanHoldIsRefusedBeforeAnythingChanges() {
        try (Scope scope = Scope.open(); HostCopy copy = new HostCopy()) {
            CheckpointSamples.fill(copy, 1, 1, 8);
            assertThatThrownBy(() -> copy.fill(Map.of("__metadata__", Tensors.full(1, DType.FLOAT32, 2))))
                    .isInstanceOf(SafetensorsException.class);
            assertThat(floats(copy, "layer.0")).containsOnly(1);
        }
    }

    private static long address(HostCopy copy) {
        long[] address = new long[1];
        copy.borrow().getFirst().source().lend(piece -> address[0] = piece.address());
        copy.giveBack();
        return address[0];
    }

    private static byte[] bytes(List<SafetensorsEntry> entries, String name) {
        byte[][] bytes = new byte[1][];
        entries.stream().filter(entry -> entry.name().equals(name)).findFirst().orElseThrow().source()
                .lend(piece -> bytes[0] = piece.toArray(ValueLayout.JAVA_BYTE));
        return bytes[0];
    }

    private static byte[] bytes(HostCopy copy, String name) {
        List<SafetensorsEntry> lent = copy.borrow();
        try {
            return bytes(lent, name);
        } finally {
            copy.giveBack();
        }
    }

    private static float[] floats(List<SafetensorsEntry> entries, String name) {
        return MemorySegment.ofArray(bytes(entries, name)).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static float[] floats(HostCopy copy, String name) {
        return MemorySegment.ofArray(bytes(copy, name)).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
