package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    private static SafetensorsEntry bytes(String name, int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return SafetensorsEntry.of(name, DType.UINT8, new long[]{bytes.length}, MemorySegment.ofArray(bytes));
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void writesTheFormatByteForByte() throws Exception {
        Path path = folder.resolve("new/sub/a.safetensors");
        SafetensorsEntry scalar = SafetensorsEntry.of("s", DType.FLOAT32, new long[0],
                MemorySegment.ofArray(new float[]{1.5f}));
        SafetensorsWriter.Written written = SafetensorsWriter.write(path, List.of(bytes("b", 1, 2, 3), scalar));
        String header = "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
                + "\"s\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[3,7]}}";
        String padded = header + " ".repeat(-header.length() & 7);
        byte[] expected = SafetensorsBytes.of(padded, 7);
        System.arraycopy(new byte[]{1, 2, 3, 0, 0, (byte) 0xc0, 0x3f}, 0, expected, expected.length - 7, 7);
        assertThat(Files.readAllBytes(path)).isEqualTo(expected);
        assertThat(padded.length() % 8).isZero();
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(expected));
        assertThat(written).isEqualTo(new SafetensorsWriter.Written(path, expected.length, sha256));
    }

    @Test
    void readsBackWhatItWroteInEveryTypeAndKindOfMemory() {
        Path path = folder.resolve("a.safetensors");
        SplittableRandom random = new SplittableRandom(3);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment big = arena.allocate(3_000_001);
            big.copyFrom(MemorySegment.ofArray(random.longs(375_000).toArray()));
            List<SafetensorsEntry> entries = Stream.concat(
                    Stream.of(DType.values()).map(dtype -> SafetensorsEntry.of("t \"" + dtype + "\" é😀\n", dtype,
                            new long[]{2, 0, 3}, MemorySegment.NULL)),
                    Stream.of(SafetensorsEntry.of("big", DType.INT8, new long[]{3_000_001}, big),
                            SafetensorsEntry.of("shorts", DType.FLOAT16, new long[]{2},
                                    MemorySegment.ofArray(new short[]{9, 8})),
                            new SafetensorsEntry("pieces", DType.INT32, new long[]{3}, reader -> {
                                reader.accept(MemorySegment.ofArray(new int[]{1}));
                                reader.accept(MemorySegment.ofArray(new int[]{2, 3}));
                            })))
                    .toList();
            SafetensorsWriter.write(path, entries, Map.of("step", "12"));
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(file.metadata()).isEqualTo(Map.of("step", "12"));
                assertThat(file.names())
                        .containsExactlyElementsOf(entries.stream().map(SafetensorsEntry::name).toList());
                assertThat(entries).allSatisfy(entry -> {
                    assertThat(file.info(entry.name()).dtype()).isEqualTo(entry.dtype());
                    assertThat(file.info(entry.name()).shape()).isEqualTo(entry.shape());
                });
                assertThat(file.data("big").mismatch(big)).isEqualTo(-1);
                assertThat(file.data("shorts").toArray(ValueLayout.JAVA_SHORT_UNALIGNED)).containsExactly(9, 8);
                assertThat(file.data("pieces").toArray(ValueLayout.JAVA_INT_UNALIGNED)).containsExactly(1, 2, 3);
            }
        }
    }

    @Test
    void lendsOneTensorAtATimeInOrder() {
        StringBuilder order = new StringBuilder();
        List<SafetensorsEntry> entries = Stream.of("a", "b", "c")
                .map(name -> new SafetensorsEntry(name, DType.UINT8, new long[]{1}, reader -> {
                    order.append('<').append(name);
                    reader.accept(MemorySegment.ofArray(new byte[1]));
                    order.append('>');
                })).toList();
        SafetensorsWriter.write(folder.resolve("a"), entries);
        assertThat(order).hasToString("<a><b><c>");
    }

    @Test
    void savingOverAnOpenFileLeavesWhatIsMapped() {
        Path path = folder.resolve("a.safetensors");
        SafetensorsWriter.write(path, List.of(bytes("a", 1, 2, 3, 4)));
        try (SafetensorsFile old = SafetensorsFile.open(path)) {
            SafetensorsWriter.write(path, List.of(bytes("a", 9)));
            assertThat(SafetensorsBytes.bytes(old.data("a"))).containsExactly(1, 2, 3, 4);
        }
        try (SafetensorsFile now = SafetensorsFile.open(path)) {
            assertThat(SafetensorsBytes.bytes(now.data("a"))).containsExactly(9);
        }
    }

    @Test
    void aFailureInTheMiddleKeepsTheOldFileAndNoTemporaryOne() throws Exception {
        Path path = folder.resolve("a.safetensors");
        SafetensorsWriter.write(path, List.of(bytes("old", 1)));
        byte[] old = Files.readAllBytes(path);
        SafetensorsEntry failing = new SafetensorsEntry("b", DType.UINT8, new long[]{1}, reader -> {
            throw new IllegalStateException("device lost");
        });
        SafetensorsEntry interrupting = new SafetensorsEntry("b", DType.UINT8, new long[]{1}, reader -> {
            Thread.currentThread().interrupt();
            reader.accept(MemorySegment.ofArray(new byte[1]));
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(bytes("a", 1), failing)))
                .isInstanceOf(IllegalStateException.class).hasMessage("device lost");
        assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(bytes("a", 1), interrupting)))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("the thread was interrupted")
                .hasMessageContaining("What was there before is unchanged").hasMessageContaining(path.toString());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(listing()).containsExactly("a.safetensors");
        assertThat(Files.readAllBytes(path)).isEqualTo(old);
    }

    @Test
    void refusesBytesThatAreNotThoseOfTheShape() throws Exception {
        SafetensorsEntry less = SafetensorsEntry.of("w", DType.FLOAT32, new long[]{2},
                MemorySegment.ofArray(new byte[7]));
        SafetensorsEntry more = SafetensorsEntry.of("w", DType.FLOAT32, new long[]{2},
                MemorySegment.ofArray(new byte[9]));
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("a"), List.of(less)))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("only 7 bytes lent for tensor 'w', expected 8 bytes");
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("a"), List.of(more)))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("more than 8 bytes lent for tensor 'w'");
        assertThat(listing()).isEmpty();
    }

    @Test
    void refusesWhatNoHeaderCanHold() throws Exception {
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("a"), List.of(bytes("x", 1), bytes("x", 2))))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("two tensors to write with the name 'x'");
        SafetensorsEntry.Source none = reader -> {};
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new SafetensorsEntry("__metadata__", DType.BOOL, new long[0], none));
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new SafetensorsEntry("\ud800", DType.BOOL, new long[0], none));
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new SafetensorsEntry("a", DType.BOOL, new long[]{2, -1}, none))
                .withMessageContaining("[2, -1]");
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new SafetensorsEntry("a", DType.INT16, new long[]{Long.MAX_VALUE}, none));
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> new SafetensorsEntry("a", DType.INT16, new long[65], none));
        SafetensorsEntry half = new SafetensorsEntry("a", DType.INT8, new long[]{1L << 62}, none);
        SafetensorsEntry other = new SafetensorsEntry("b", DType.INT8, new long[]{1L << 62}, none);
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("a"), List.of(half, other)))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("more than 2^62 bytes");
        assertThat(listing()).isEmpty();
    }

    @Test
    void aDiskTooSmallIsToldBeforeAnythingIsWritten() throws Exception {
        SafetensorsEntry huge = new SafetensorsEntry("a", DType.INT8, new long[]{1L << 60}, reader -> {
            throw new AssertionError("asked for bytes that fit nowhere");
        });
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("sub/a"), List.of(huge)))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("bytes free, expected room for 1152921504606847")
                .hasMessageContaining("Free some space or choose a folder on another disk");
        assertThat(listing()).isEmpty();
    }

    @Test
    void placesThatCannotBeWrittenToAreRefused() throws Exception {
        Files.writeString(folder.resolve("file"), "x");
        Files.createDirectory(folder.resolve("sub"));
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("file/a"), List.of(bytes("a", 1))))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("Found a file, expected a folder to write to");
        assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("sub"), List.of(bytes("a", 1))))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("Choose another name");
        assertThat(listing()).containsExactly("file", "sub");
    }

    @Test
    void aReadOnlyFolderIsToldHow() {
        Path kernel = Path.of("/sys/kernel");
        assumeTrue(Files.isDirectory(kernel), "skipped: needs a folder that not even root may write to");
        assertThatThrownBy(() -> SafetensorsWriter.write(kernel.resolve("a.safetensors"), List.of(bytes("a", 1))))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("/sys/kernel")
                .hasMessageContaining("Choose a folder that this user may write to");
    }

    @Test
    void tidiesOnlyWhatAKilledWriterOfTheSameFileLeft() throws Exception {
        String tail = ".01234567-89ab-cdef-0123-456789abcdef.tmp";
        for (String name : List.of("a" + tail, "b" + tail, "a.old.tmp")) {
            Files.write(folder.resolve(name), "left".getBytes(StandardCharsets.US_ASCII));
            Files.setLastModifiedTime(folder.resolve(name), FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        }
        String living = "a" + tail.replace("01234567", "76543210");
        Files.writeString(folder.resolve(living), "being written");
        SafetensorsWriter.write(folder.resolve("a"), List.of(bytes("a", 1)));
        assertThat(listing()).containsExactlyInAnyOrder("a", living, "b" + tail, "a.old.tmp");
    }
}
