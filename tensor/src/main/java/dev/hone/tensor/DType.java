package dev.hone.tensor;

import java.util.Optional;

/** Element types that Hone computes with or stores. */
public enum DType {
    FLOAT32("F32", 4, true), FLOAT64("F64", 8, true), BFLOAT16("BF16", 2, true), FLOAT16("F16", 2, true), INT64("I64",
            8, false), INT32("I32", 4,
                    false), INT16("I16", 2, false), INT8("I8", 1, false), UINT8("U8", 1, false), BOOL("BOOL", 1, false);

    private final String safetensorsName;
    private final int bytes;
    private final boolean floating;

    DType(String safetensorsName, int bytes, boolean floating) {
        this.safetensorsName = safetensorsName;
        this.bytes = bytes;
        this.floating = floating;
    }

    /** The name in a safetensors header, for example {@code BF16}. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** Bytes per element. */
    public int bytes() { return bytes; }

    /** Whether gradients can flow through it. */
    public boolean floating() { return floating; }

    /** The type of a safetensors name, empty for one that libtorch on this build cannot hold. */
    public static Optional<DType> ofSafetensors(String name) {
        for (DType type : values()) {
            if (type.safetensorsName.equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
