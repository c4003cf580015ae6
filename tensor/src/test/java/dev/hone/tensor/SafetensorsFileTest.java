package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    private static String tensor(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    @Test
    void readsEveryLegalForm() {
        String header = "{" + tensor("late", "F32", "[2]", 3, 11)
                + ",\"__metadata__\":{\"format\":\"pt\",\"note\":\"ü\"},"
                + tensor("first", "U8", "[3,1]", 0, 3) + "," + tensor("scalar", "I64", "[]", 11, 19) + ","
                + tensor("empty", "BF16", "[0,7]", 11, 11) + "," + tensor("flag", "BOOL", "[1]", 19, 20) + "}   ";
        Path path = SafetensorsBytes.write(folder, "a.safetensors", header, 20);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.names()).containsExactly("first", "late", "empty", "scalar", "flag");
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt", "note", "ü"));
            assertThat(file.info("scalar")).isEqualTo(new TensorInfo("scalar", DType.INT64, new long[0], 11, 19));
            assertThat(file.info("scalar").elements()).isEqualTo(1);
            assertThat(file.info("empty").elements()).isZero();
            assertThat(file.data("empty").byteSize()).isZero();
            assertThat(SafetensorsBytes.bytes(file.data("late"))).containsExactly(3, 4, 5, 6, 7, 8, 9, 10);
            assertThat(file.data("scalar").get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0))
                    .isEqualTo(0x1211100f0e0d0c0bL);
            assertThat(file.contains("late")).isTrue();
            assertThat(file.contains("LATE")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"__metadata__\":{}}"})
    void readsAFileWithoutTensors(String header) {
        try (SafetensorsFile file = SafetensorsFile.open(SafetensorsBytes.write(folder, "a", header, 0))) {
            assertThat(file.names()).isEmpty();
            assertThat(file.metadata()).isEmpty();
        }
    }

    static Stream<Arguments> broken() {
        String ok = tensor("a", "F32", "[2]", 0, 8);
        return Stream.of(Arguments.of("[]", 0, "does not begin with {"),
                Arguments.of(" {}", 0, "does not begin with {"),
                Arguments.of("", 0, "does not begin with {"), Arguments.of("{" + ok, 8, "does not parse"),
                Arguments.of("{" + ok + "}x", 8, "does not parse"), Arguments.of("{" + ok + "}\0", 8, "does not parse"),
                Arguments.of("{" + ok + "}{}", 8, "text after the header"),
                Arguments.of("{" + ok + "," + ok + "}", 8, "Duplicate Object property \"a\""),
                Arguments.of("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "Duplicate Object property"),
                Arguments.of("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1,
                        "Duplicate Object property \"dtype\""),
                Arguments.of("{" + tensor("a", "FLOAT", "[2]", 0, 8) + "}", 8,
                        "unknown dtype 'FLOAT', expected one of F32, F64"),
                Arguments.of("{" + tensor("a", "f32", "[2]", 0, 8) + "}", 8, "unknown dtype 'f32'"),
                Arguments.of("{" + tensor("a", "F8_E4M3", "[8]", 0, 8) + "}", 8,
                        "F8_E4M3, which Hone does not support"),
                Arguments.of("{" + tensor("a", "F4", "[16]", 0, 8) + "}", 8, "F4, which Hone does not support"),
                Arguments.of("{" + tensor("a", "C64", "[1]", 0, 8) + "}", 8, "C64, which Hone does not support"),
                Arguments.of("{" + tensor("a", "F32", "[-2]", 0, 8) + "}", 8, "number -2 in shape of tensor 'a'"),
                Arguments.of("{" + tensor("a", "F32", "[2.0]", 0, 8) + "}", 8, "number 2.0 in shape"),
                Arguments.of("{" + tensor("a", "F32", "[\"2\"]", 0, 8) + "}", 8, "string in shape"),
                Arguments.of("{" + tensor("a", "F32", "2", 0, 8) + "}", 8, "number 2 as shape"),
                Arguments.of("{" + tensor("a", "F32", "[99999999999999999999]", 0, 8) + "}", 8, "below 2^63"),
                Arguments.of("{" + tensor("a", "F32", "[4611686018427387904,4,4]", 0, 8) + "}", 8, "fits in 63 bits"),
                Arguments.of("{" + tensor("a", "F32", "[4611686018427387904,4611686018427387904,0]", 0, 0) + "}", 0,
                        "fits in 63 bits"),
                Arguments.of("{" + tensor("a", "F32", "[" + "1,".repeat(64) + "1]", 0, 4) + "}", 4,
                        "more than 64 integers"),
                Arguments.of("{" + tensor("a", "F32", "[3]", 0, 8) + "}", 8, "8 bytes, expected 12 bytes for F32 [3]"),
                Arguments.of("{" + tensor("a", "F32", "[2]", 8, 0) + "}", 8, "-8 bytes, expected 8"),
                Arguments.of("{" + tensor("a", "F32", "[2]", -8, 0) + "}", 8, "number -8 in data_offsets"),
                Arguments.of("{" + tensor("a", "F32", "[2]", 0, 8) + "}", 7, "an end of at most 7"),
                Arguments.of("{" + tensor("a", "U8", "[9223372036854775807]", 0, Long.MAX_VALUE) + "}", 7, "at most 7"),
                Arguments.of("{" + ok + "}", 9, "1 bytes after the last tensor"),
                Arguments.of("{" + tensor("a", "F32", "[2]", 4, 12) + "}", 12, "at byte 4, after a hole"),
                Arguments.of("{" + ok + "," + tensor("b", "F32", "[2]", 4, 12) + "}", 12, "'b' at byte 4, overlapping"),
                Arguments.of("{" + ok + "," + tensor("b", "F32", "[2]", 0, 8) + "}", 8, "overlapping"),
                Arguments.of("{" + ok + "," + tensor("b", "F32", "[0]", 4, 4) + "}", 8, "'b' at byte 4, overlapping"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "no complete description of tensor 'a'"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8,
                        "no complete description"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,9]}}", 8,
                        "more than 2 integers"),
                Arguments.of("{\"a\":{\"dtype\":null,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "a NULL as dtype"),
                Arguments.of("{\"a\":{\"strides\":[1]}}", 8, "unknown key 'strides' for tensor 'a'"),
                Arguments.of("{\"a\":[0,8]}", 8, "a JSON array for tensor 'a'"),
                Arguments.of("{\"__metadata__\":{\"format\":1}}", 0, "number 1 for 'format' in __metadata__"),
                Arguments.of("{\"__metadata__\":[]}", 0, "JSON array as __metadata__"),
                Arguments.of("{" + tensor("\\ud800", "F32", "[2]", 0, 8) + "}", 8, "surrogate pair"),
                Arguments.of("{" + tensor("\\udc00", "F32", "[2]", 0, 8) + "}", 8, "low surrogate"),
                Arguments.of("{\"__metadata__\":{\"a\":\"\\udc00\"}}", 0, "surrogate pair"),
                Arguments.of("{\"__metadata__\":{\"a\":\"\\ud800\"}}", 0, "surrogate pair"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void refusesWhatBreaksTheFormat(String header, int dataBytes, String fragment) {
        Path path = SafetensorsBytes.write(folder, "broken.safetensors", header, dataBytes);
        assertThatExceptionOfType(SafetensorsException.class).isThrownBy(() -> SafetensorsFile.open(path))
                .withMessageContaining(fragment).withMessageContaining(path.toString())
                .withMessageStartingWith("Found ");
    }

    static Stream<Arguments> notSafetensors() {
        return Stream.of(Arguments.of(new byte[0], "a file of 0 bytes"), Arguments.of(new byte[7], "a file of 7 bytes"),
                Arguments.of(new byte[]{-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'},
                        "header of 18446744073709551615 bytes"),
                Arguments.of(new byte[]{3, 0, 0, 0, 0, 0, 0, 0, '{', '}'}, "header of 3 bytes, expected at most 2"),
                Arguments.of("version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII),
                        "git lfs pull"),
                Arguments.of(new byte[]{'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0}, "safe_serialization=True"),
                Arguments.of(new byte[]{(byte) 0x80, 2, 'c', 'o', 'l', 'l', 'e', 'c'}, "safe_serialization=True"),
                Arguments.of("GGUF\3\0\0\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII), "GGUF"),
                Arguments.of("<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII), "web page"),
                Arguments.of(SafetensorsBytes.of(new byte[]{'{', '"', (byte) 0xff, '"', ':', '1', '}'}, 0),
                        "not UTF-8"));
    }

    @ParameterizedTest
    @MethodSource("notSafetensors")
    void tellsWhatAnotherKindOfFileIs(byte[] bytes, String fragment) {
        Path path = SafetensorsBytes.write(folder.resolve("other.safetensors"), bytes);
        assertThatExceptionOfType(SafetensorsException.class).isThrownBy(() -> SafetensorsFile.open(path))
                .withMessageContaining(fragment).withMessageContaining(path.toString());
    }

    @Test
    void refusesAHeaderAboveTheLimitEvenWhereTheFileIsLongEnough() throws Exception {
        Path path = folder.resolve("long");
        Files.write(path, new byte[]{1, (byte) 0xe1, (byte) 0xf5, 5, 0, 0, 0, 0});
        try (var channel = Files.newByteChannel(path, java.nio.file.StandardOpenOption.WRITE)) {
            channel.position(150_000_000).write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining(
                        "header of 100000001 bytes, expected at most 100000000 (the limit of the format)");
    }

    @Test
    void refusesMissingFilesAndFolders() throws Exception {
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none"))).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("no such file");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("gone"));
        assertThatThrownBy(() -> SafetensorsFile.open(link)).isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("a link to a file that is missing");
    }

    @Test
    void namesTheMostAlikeTensorForAnUnknownOne() {
        String header = "{" + tensor("transformer.wte.weight", "U8", "[1]", 0, 1) + ","
                + tensor("transformer.wpe.weight", "U8", "[1]", 1, 2) + "}";
        try (SafetensorsFile file = SafetensorsFile.open(SafetensorsBytes.write(folder, "a", header, 2))) {
            assertThatThrownBy(() -> file.info("wpe.weight")).isInstanceOf(SafetensorsException.class)
                    .hasMessageContaining("no tensor 'wpe.weight', expected one of its 2 tensors")
                    .hasMessageContaining("'transformer.wpe.weight' is the most alike");
        }
    }

    @Test
    void aHostileNameCannotFakeALogLine() {
        String header = "{\"evil\\nERROR \\u202e" + "x".repeat(5000) + "\":1}";
        assertThatThrownBy(() -> SafetensorsFile.open(SafetensorsBytes.write(folder, "a", header, 0)))
                .isInstanceOf(SafetensorsException.class).hasMessageContaining("'evil\\u000aERROR \\u202ex")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(600));
    }

    @Test
    void segmentsAreReadOnlyAndEndWithTheFile() {
        Path path = SafetensorsBytes.write(folder, "a", "{" + tensor("a", "F32", "[2]", 0, 8) + "}", 8);
        SafetensorsFile file = SafetensorsFile.open(path);
        MemorySegment data = file.data("a");
        assertThat(data.isReadOnly()).isTrue();
        assertThatThrownBy(() -> data.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        file.close();
        file.close();
        assertThatIllegalStateException().isThrownBy(() -> data.get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException().isThrownBy(() -> file.data("a")).withMessageContaining("was closed")
                .withMessageContaining(path.toString());
        assertThat(file.info("a").bytes()).isEqualTo(8);
    }

    @Test
    void anyThreadMayRead() throws Exception {
        Path path = SafetensorsBytes.write(folder, "a", "{" + tensor("a", "U8", "[100]", 0, 100) + "}", 100);
        try (SafetensorsFile file = SafetensorsFile.open(path);
                ExecutorService pool = Executors.newFixedThreadPool(2)) {
            for (Future<Byte> read : IntStream.range(0, 100).mapToObj(
                    i -> pool.submit(() -> (byte) (file.data("a").get(ValueLayout.JAVA_BYTE, i) - i))).toList()) {
                assertThat(read.get()).isZero();
            }
        }
    }
}
