package dev.hone.tensor;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The binding's types for ours. Its small objects hold native memory, so those used everywhere are made once. */
final class Types {
    static final ScalarTypeOptional SAME_TYPE = new ScalarTypeOptional();
    static final MemoryFormatOptional ANY_FORMAT = new MemoryFormatOptional();
    private static final org.bytedeco.pytorch.Device CPU = new org.bytedeco.pytorch.Device("cpu");
    private static final Map<DType, TensorOptions> CPU_OPTIONS = new EnumMap<>(DType.class);

    static {
        for (DType dtype : DType.values()) {
            try (ScalarTypeOptional type = new ScalarTypeOptional(of(dtype))) {
                CPU_OPTIONS.put(dtype, new TensorOptions().dtype(type));
            }
        }
    }

    private Types() {}

    static ScalarType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> ScalarType.Float;
            case FLOAT64 -> ScalarType.Double;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
            case INT64 -> ScalarType.Long;
            case INT32 -> ScalarType.Int;
            case INT16 -> ScalarType.Short;
            case INT8 -> ScalarType.Char;
            case UINT8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }

    static DType of(ScalarType type) {
        return switch (type.intern()) {
            case Float -> DType.FLOAT32;
            case Double -> DType.FLOAT64;
            case BFloat16 -> DType.BFLOAT16;
            case Half -> DType.FLOAT16;
            case Long -> DType.INT64;
            case Int -> DType.INT32;
            case Short -> DType.INT16;
            case Char -> DType.INT8;
            case Byte -> DType.UINT8;
            case Bool -> DType.BOOL;
            default -> throw new IllegalStateException("libtorch type " + type + " has no counterpart in Hone");
        };
    }

    static org.bytedeco.pytorch.Device device(Device device) {
        return device.isCpu() ? CPU : new org.bytedeco.pytorch.Device(device.toString());
    }

    /** Options for a factory; shared on the CPU, so never closed by callers. */
    static TensorOptions options(DType dtype, Device device) {
        TensorOptions shared = CPU_OPTIONS.get(dtype);
        if (shared == null) {
            throw new IllegalStateException("no options for " + dtype);
        }
        return device.isCpu() ? shared : shared.device(new org.bytedeco.pytorch.DeviceOptional(device(device)));
    }
}
