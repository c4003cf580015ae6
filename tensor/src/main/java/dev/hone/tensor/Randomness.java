package dev.hone.tensor;

import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A source of random tensors that is a pure function of its seed and of how many draws were made: a resumed run, a
 * recomputed layer and a rerun see the same numbers, and a checkpoint needs to keep no generator state.
 */
public final class Randomness {
    static {
        Engine.start();
    }

    private final long seed;
    private long draws;

    private Randomness(long seed, long draws) {
        this.seed = seed;
        this.draws = draws;
    }

    /** A source for a run, a step, a micro-batch …: the same numbers give the same source. */
    public static Randomness of(long... keys) {
        long seed = 0x9E3779B97F4A7C15L;
        for (long key : keys) {
            seed = mix(seed ^ mix(key + 0x632BE59BD9B4E019L));
        }
        return new Randomness(seed, 0);
    }

    /** The same source at the same place. */
    public Randomness copy() { return new Randomness(seed, draws); }

    /** A seed for something outside libtorch; counts as a draw. */
    public long nextSeed() {
        return mix(seed + 0x9E3779B97F4A7C15L * ++draws);
    }

    /** Uniform in [low, high), drawn in the given type on the CPU and moved to the device. */
    public Tensor uniform(double low, double high, DType dtype, Device device, long... shape) {
        return drawn(dtype, device, shape, (tensor, generator) -> tensor.raw().uniform_(low, high, generator));
    }

    /** Normal with the given deviation. */
    public Tensor normal(double deviation, DType dtype, Device device, long... shape) {
        return drawn(dtype, device, shape, (tensor, generator) -> tensor.raw().normal_(0, deviation, generator));
    }

    /** 1 with the given probability, else 0. */
    public Tensor bernoulli(double probability, DType dtype, Device device, long... shape) {
        return drawn(dtype, device, shape, (tensor, generator) -> tensor.raw().bernoulli_(probability, generator));
    }

    private Tensor drawn(DType dtype, Device device, long[] shape, Draw draw) {
        Tensor tensor = Tensors.empty(dtype, Device.CPU, shape);
        try (Generator generator = torch.createCPUGenerator(nextSeed());
                GeneratorOptional given = new GeneratorOptional(generator)) {
            draw.into(tensor, given);
        }
        return device.isCpu() ? tensor : tensor.to(device);
    }

    @FunctionalInterface
    private interface Draw {
        void into(Tensor tensor, GeneratorOptional generator);
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
