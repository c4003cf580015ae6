package dev.hone.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes files from header text, right or wrong, without the code under test. */
final class SafetensorsBytes {
    private SafetensorsBytes() {}

    /** A file of this header and {@code dataBytes} bytes counting 0, 1, 2 … after it. */
    static byte[] of(String header, int dataBytes) {
        return of(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] of(byte[] header, int dataBytes) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        for (int i = 0; i < dataBytes; i++) {
            bytes.put((byte) i);
        }
        return bytes.array();
    }

    static Path write(Path file, byte[] bytes) {
        try {
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path folder, String name, String header, int dataBytes) {
        return write(folder.resolve(name), of(header, dataBytes));
    }

    static byte[] bytes(MemorySegment segment) { return segment.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE); }
}
