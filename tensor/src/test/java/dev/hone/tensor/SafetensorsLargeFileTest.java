package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files above 2 GiB, where an int overflows. The file is sparse, so it costs neither time nor disk. */
@Tag("large")
class SafetensorsLargeFileTest {
    private static final long LOW = 2_200_000_000L;
    private static final long HIGH = 800_000_000L;

    @TempDir
    Path folder;

    @Test
    void readsBeyondTwoGigabytes() throws IOException {
        String header = "{\"low\":{\"dtype\":\"U8\",\"shape\":[" + LOW + "],\"data_offsets\":[0," + LOW + "]},"
                + "\"high\":{\"dtype\":\"F32\",\"shape\":[2," + HIGH / 8 + "],\"data_offsets\":[" + LOW + ","
                + (LOW + HIGH)
                + "]}}";
        byte[] start = SafetensorsBytes.of(header, 0);
        long free = Files.getFileStore(folder).getUsableSpace();
        Path path = folder.resolve("large.safetensors");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(start));
            channel.write(ByteBuffer.wrap(new byte[]{7}), start.length + LOW - 1);
            channel.write(ByteBuffer.wrap(new byte[]{0, 0, (byte) 0xc0, 0x3f}), start.length + LOW + HIGH - 4);
        } catch (IOException e) {
            assumeTrue(false, "skipped: no file of 3 GB can be made here (" + e.getMessage() + ")");
        }
        assumeTrue(free - Files.getFileStore(folder).getUsableSpace() < HIGH,
                "skipped: this file system does not keep sparse files");
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            MemorySegment low = file.data("low");
            MemorySegment high = file.data("high");
            assertThat(low.byteSize()).isEqualTo(LOW);
            assertThat(low.get(ValueLayout.JAVA_BYTE, LOW - 1)).isEqualTo((byte) 7);
            assertThat(low.get(ValueLayout.JAVA_BYTE, LOW - 2)).isZero();
            assertThat(high.get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), HIGH - 4))
                    .isEqualTo(1.5f);
            assertThat(high.get(ValueLayout.JAVA_BYTE, 0)).isZero();
        }
    }

    @Test
    void headersAboveTheLimitAreNotWritten() {
        Map<String, String> note = Map.of("note", "n".repeat(100_000_000));
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("a"), List.of(), note))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("a header of 100000032 bytes, expected at most 100000000");
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void layoutsBeyondTwoGigabytesKeepTheirOffsets() {
        SafetensorsEntry big = new SafetensorsEntry("big", DType.BFLOAT16, new long[]{40_000, 60_000}, reader -> {});
        SafetensorsEntry next = new SafetensorsEntry("next", DType.FLOAT32, new long[]{3}, reader -> {});
        SafetensorsHeader header = SafetensorsHeader.of(folder, List.of(big, next), SafetensorsWriter.PYTORCH);
        assertThat(header.tensors().get("next").begin()).isEqualTo(4_800_000_000L);
        assertThat(header.dataBytes()).isEqualTo(4_800_000_012L);
        byte[] encoded = header.encoded(folder);
        assertThat(SafetensorsHeaderReader.read(folder, Arrays.copyOfRange(encoded, 8, encoded.length),
                header.dataBytes())).isEqualTo(header);
    }
}
