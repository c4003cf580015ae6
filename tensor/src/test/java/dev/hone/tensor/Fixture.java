package dev.hone.tensor;

import java.nio.file.Path;

/** Tensors of a golden file, copied into the open scope. */
public final class Fixture implements AutoCloseable {
    private final SafetensorsFile file;

    private Fixture(SafetensorsFile file) { this.file = file; }

    public static Fixture open(Path path) { return new Fixture(SafetensorsFile.open(path)); }

    public boolean has(String name) { return file.contains(name); }

    public java.util.List<String> names() { return file.names(); }

    public Tensor get(String name) {
        TensorInfo info = file.info(name);
        return Tensors.copyOf(file.data(name), info.dtype(), info.shape());
    }

    public int[] ints(String name) {
        try (Scope scope = Scope.open()) {
            return java.util.Arrays.stream(get(name).toLongs()).mapToInt(Math::toIntExact).toArray();
        }
    }

    @Override
    public void close() { file.close(); }
}
