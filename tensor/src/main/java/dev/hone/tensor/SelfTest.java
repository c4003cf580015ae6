package dev.hone.tensor;

import java.time.Duration;

/**
 * How fast this machine multiplies matrices: the ceiling of every training step. Each type is measured for the given time
 * after a warm-up, and the best of several rounds counts, since a shared machine only ever makes a round slower.
 */
public final class SelfTest {
    /** Large enough to be bound by arithmetic, small enough for many rounds a second: 2·1024³ = 2.1 GFLOP. */
    private static final int SIZE = 1024;

    private SelfTest() {}

    /**
     * Rates of matrix products in GFLOP/s (10⁹ multiplications or additions in a second).
     *
     * @param fp32 in float32
     * @param bf16 in bfloat16
     */
    public record Rates(double fp32, double bf16) {}

    /**
     * Measures both types, one after the other.
     *
     * @param time in all, without the warm-up
     */
    public static Rates rates(Device device, Duration time) {
        Duration each = time.dividedBy(2);
        return new Rates(rate(DType.FLOAT32, device, each), rate(DType.BFLOAT16, device, each));
    }

    /** The rate of one type, in GFLOP/s. */
    public static double rate(DType dtype, Device device, Duration time) {
        Engine.start();
        try (Scope scope = Scope.open()) {
            Tensor left = Tensors.full(0.5, dtype, SIZE, SIZE).to(device);
            Tensor right = Tensors.full(0.25, dtype, SIZE, SIZE).to(device);
            round(left, right);
            double best = round(left, right);
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                best = Math.min(best, round(left, right));
            }
            return 2.0 * SIZE * SIZE * SIZE / best / 1e9;
        }
    }

    /** Seconds of one product; a value is read so that a device with a queue has finished it. */
    private static double round(Tensor left, Tensor right) {
        try (Scope scope = Scope.open()) {
            long begun = System.nanoTime();
            Tensor product = left.matmul(right);
            double value = product.select(0, 0).select(0, SIZE - 1).to(DType.FLOAT32).item();
            double seconds = (System.nanoTime() - begun) / 1e9;
            requireRight(value);
            return seconds;
        }
    }

    /** 1024 · 0.5 · 0.25 is a number that both types hold exactly. */
    private static void requireRight(double value) {
        if (value != SIZE * 0.125) {
            throw new IllegalStateException("a matrix product gave " + value + ", expected " + SIZE * 0.125
                    + ": the natives do not compute rightly on this processor");
        }
    }
}
