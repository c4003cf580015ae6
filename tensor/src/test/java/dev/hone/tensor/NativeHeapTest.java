package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class NativeHeapTest {

    /** Blocks that are freed between others that stay cannot go back in the usual way. */
    @Test
    void largeBlocksGoBackToTheSystemWhereverTheyLie() {
        Assumptions.assumeTrue(NativeHeap.returnLargeBlocks(), "another C library than glibc");
        Assumptions.assumeTrue(Machine.resident() > 0, "a system that does not tell its memory");
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(Scope.owned(() -> Tensors.full(1, DType.FLOAT32, 3 << 20))); // 12 MiB
        }
        long before = Machine.resident();
        for (int i = 0; i < 16; i += 2) {
            all.get(i).close();
        }
        assertThat(before - Machine.resident()).isGreaterThan(80L << 20);
        for (int i = 1; i < 16; i += 2) {
            all.get(i).close();
        }
    }
}
