package dev.hone.tensor;

/**
 * Whether the kernels of the Vector API can serve. Apart from them, because a JVM without the module cannot load a class that
 * names its types.
 */
final class VectorModule {
    /** Whether this JVM was started with {@code --add-modules jdk.incubator.vector}. */
    static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private VectorModule() {}

    /** Whether a tensor is memory that the kernels read: contiguous, on the CPU, float32 or bfloat16. */
    static boolean serves(Tensor tensor) {
        DType dtype = tensor.dtype();
        return PRESENT && (dtype == DType.BFLOAT16 || dtype == DType.FLOAT32) && tensor.isPlain() && tensor.count() > 0;
    }
}
