package dev.hone.rollout;

import dev.hone.tensor.Device;
import dev.hone.tensor.Machine;

/**
 * How much a {@link RolloutEngine} runs at once.
 *
 * @param slots sequences decoded together at most
 * @param cacheBytes memory for keys and values; fewer slots are used where they would take more, but never less than one
 * @param layoutBytes memory for copies of the weights in the order that steps of few rows read fastest; where they would take
 *     more there are none
 */
public record EngineLimits(int slots, long cacheBytes, long layoutBytes) {
    /** Sequences decoded together, where nothing else is said. */
    public static final int SLOTS = 64;
    /** What is free, divided by this, is for copies of weights. */
    public static final int LAYOUT_SHARE = 16;
    private static final long CUDA_BYTES = 8L << 30;

    public EngineLimits {
        Sampling.require(slots >= 1, "slots", slots, "at least 1");
        Sampling.require(cacheBytes >= 1, "cache bytes", cacheBytes, "at least 1");
        Sampling.require(layoutBytes >= 0, "layout bytes", layoutBytes, "at least 0");
    }

    /** 64 slots, within a quarter of the memory that is free now for the cache and a sixteenth for copies of weights. */
    public static EngineLimits of(Device device) {
        long free = Machine.memoryAvailable();
        return device.isCpu()
                ? new EngineLimits(SLOTS, Math.max(1, free / 4), free / LAYOUT_SHARE)
                : new EngineLimits(SLOTS, CUDA_BYTES, 0);
    }
}
