package dev.hone.rollout;

import dev.hone.tensor.Device;
import dev.hone.tensor.Machine;

/**
 * How much a {@link RolloutEngine} runs at once.
 *
 * @param slots sequences decoded together at most
 * @param cacheBytes memory for keys and values; fewer slots are used where they would take more, but never less than one
 */
public record EngineLimits(int slots, long cacheBytes) {
    /** Sequences decoded together, where nothing else is said. */
    public static final int SLOTS = 64;
    private static final long CUDA_BYTES = 8L << 30;

    public EngineLimits {
        Sampling.require(slots >= 1, "slots", slots, "at least 1");
        Sampling.require(cacheBytes >= 1, "cache bytes", cacheBytes, "at least 1");
    }

    /** 64 slots, within a quarter of the memory that is free now. */
    public static EngineLimits of(Device device) {
        return new EngineLimits(SLOTS, device.isCpu() ? Math.max(1, Machine.memoryAvailable() / 4) : CUDA_BYTES);
    }
}
