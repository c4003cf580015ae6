package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesTest {
    private static final int SIZE = 96 << 20;
    @TempDir
    Path folder;

    @Test
    void whatWasReadIsGivenBackAndCanBeReadAgain() {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "the system does not tell a process's memory");
        Path path = folder.resolve("large.safetensors");
        byte[] piece = new byte[1 << 20];
        java.util.Arrays.fill(piece, (byte) 3);
        SafetensorsWriter.write(path, List.of(new SafetensorsEntry("x", DType.UINT8, new long[]{SIZE}, reader -> {
            for (int i = 0; i < SIZE / piece.length; i++) {
                reader.accept(MemorySegment.ofArray(piece));
            }
        })));
        try (SafetensorsFile file = SafetensorsFile.open(path); Scope scope = Scope.open()) {
            assertThat(sum(file)).isEqualTo(3.0 * SIZE);
            long held = Machine.resident();
            file.giveBack("x");
            assertThat(held - Machine.resident()).isGreaterThan(SIZE / 2);
            assertThat(sum(file)).isEqualTo(3.0 * SIZE);
        }
    }

    private static double sum(SafetensorsFile file) {
        return Tensors.view(file.data("x"), DType.UINT8, SIZE).sum().item();
    }
}
