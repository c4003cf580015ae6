package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private int before;

    @BeforeEach
    void twoThreads() {
        before = Engine.threads();
        Engine.threads(2);
    }

    @AfterEach
    void asBefore() { Engine.threads(before); }

    @Test
    void everyNumberIsTakenOnce() {
        AtomicIntegerArray taken = new AtomicIntegerArray(1000);
        for (int round = 0; round < 50; round++) {
            Workers.each(1000, taken::incrementAndGet);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(taken.get(i)).isEqualTo(50);
        }
    }

    @Test
    void twoThreadsRunAtOnce() {
        CountDownLatch both = new CountDownLatch(2);
        boolean[] met = new boolean[2];
        Workers.each(2, index -> {
            both.countDown();
            try {
                met[index] = both.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(met).containsOnly(true);
    }

    @Test
    void opsAndScopesWorkInside() {
        double[] sums = new double[64];
        Workers.each(sums.length, index -> {
            try (Scope scope = Scope.open()) {
                Tensor ones = Tensors.full(index, DType.FLOAT32, 40, 40);
                sums[index] = ones.matmul(ones).sum().item();
            }
        });
        for (int i = 0; i < sums.length; i++) {
            assertThat(sums[i]).isEqualTo(64_000.0 * i * i);
        }
    }

    @Test
    void callsInsideRunWhereTheyAre() {
        Thread[] outer = new Thread[2];
        Thread[] inner = new Thread[2];
        Workers.each(2, index -> {
            outer[index] = Thread.currentThread();
            Workers.each(8, ignored -> inner[index] = Thread.currentThread());
        });
        assertThat(inner).containsExactly(outer);
    }

    @Test
    void whatABodyThrowsIsThrownHere() {
        assertThatThrownBy(() -> Workers.each(100, index -> {
            if (index == 57) {
                throw new IllegalArgumentException("number 57");
            }
        })).isInstanceOf(IllegalArgumentException.class).hasMessage("number 57");
        int[] after = new int[1];
        Workers.each(1, index -> after[0]++);
        assertThat(after[0]).isOne();
    }
}
