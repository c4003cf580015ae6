package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged headers: a file opens with infos that agree with its bytes, or is refused; nothing else ever happens. */
class SafetensorsFuzzTest {
    private static final int MUTATIONS = 5_000;
    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]},"
            + "\"s\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[32,40]},"
            + "\"e\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[40,40]}} ";
    private static final byte[] LIKELY = "{}[]:,\"\\-+.eE0123456789FUIBntruls \0\177".getBytes(
            StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @Test
    void damagedHeadersAreRefusedOrConsistent() throws IOException {
        // Overwritten in place: making a file anew 5,000 times costs seconds on a busy disk.
        Path path = folder.resolve("fuzz.safetensors");
        byte[] valid = SafetensorsBytes.of(HEADER, 40);
        int opened = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = mutated(valid, new SplittableRandom(i));
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(bytes), 0);
                channel.truncate(bytes.length);
            }
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                opened++;
                requireConsistent(file, bytes.length);
            } catch (SafetensorsException e) {
                assertThat(e.getMessage()).as("mutation %d", i).startsWith("Found ").contains(", expected ")
                        .contains(path.toString());
            } catch (RuntimeException | Error e) {
                throw new AssertionError("mutation " + i + " got past the checks", e);
            }
        }
        assertThat(opened).as("some mutations are harmless, most are not").isBetween(MUTATIONS / 100, MUTATIONS / 2);
    }

    private static byte[] mutated(byte[] valid, SplittableRandom random) {
        int end = 8 + HEADER.length();
        byte[] bytes = valid.clone();
        for (int edits = random.nextInt(1, 3); edits > 0; edits--) {
            int at = random.nextInt(16) == 0 ? random.nextInt(8) : random.nextInt(8, end);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = LIKELY[random.nextInt(LIKELY.length)];
                default -> {
                    int from = random.nextInt(8, end);
                    int length = random.nextInt(1, Math.min(40, end - from) + 1);
                    // A piece of the same header elsewhere: the damage that stays nearest to valid.
                    System.arraycopy(valid, from, bytes, Math.min(at, end - length), length);
                }
            }
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 8)) : bytes;
    }

    private static void requireConsistent(SafetensorsFile file, int fileBytes) {
        long total = 0;
        for (String name : file.names()) {
            TensorInfo info = file.info(name);
            long elements = Arrays.stream(info.shape()).reduce(1, Math::multiplyExact);
            assertThat(info.bytes()).isEqualTo(elements * info.dtype().bytes()).isEqualTo(file.data(name).byteSize());
            assertThat(info.begin()).isEqualTo(total);
            assertThat(file.data(name).toArray(ValueLayout.JAVA_BYTE)).hasSize((int) info.bytes());
            total = info.end();
        }
        assertThat(total).isLessThanOrEqualTo(fileBytes - 8 - 2);
    }
}
