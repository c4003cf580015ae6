package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads the files back with a reader of its own: framing, check sums and wire format are written here a second time. */
class TensorBoardSinkTest {
    @TempDir
    private Path folder;

    /** One field of a message: its number, and its value as a number or as bytes. */
    private record Field(int number, long bits, byte[] bytes) {
        List<Field> message() { return fields(bytes); }

        String text() { return new String(bytes, StandardCharsets.UTF_8); }
    }

    private static List<Field> fields(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            long key = varint(in);
            int number = (int) (key >>> 3);
            switch ((int) key & 7) {
                case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
                case 1 -> fields.add(new Field(number, in.getLong(), new byte[0]));
                case 2 -> {
                    byte[] bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                    fields.add(new Field(number, 0, bytes));
                }
                case 5 -> fields.add(new Field(number, in.getInt(), new byte[0]));
                default -> throw new AssertionError("wire type " + (key & 7));
            }
        }
        return fields;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    /** CRC-32C bit by bit (reflected polynomial 0x82f63b78), then masked as in TFRecord files. */
    private static int maskedCrc(byte[] bytes) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0x82f63b78;
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    private static List<List<Field>> events(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<List<Field>> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).isEqualTo(maskedCrc(length));
            byte[] message = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(message);
            assertThat(in.getInt()).isEqualTo(maskedCrc(message));
            events.add(fields(message));
        }
        return events;
    }

    private static Field one(List<Field> fields, int number) {
        List<Field> found = fields.stream().filter(field -> field.number() == number).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private TensorBoardSink open(long resumeStep) {
        return TensorBoardSink.open(folder, resumeStep, () -> Instant.ofEpochMilli(1_790_000_000_500L));
    }

    @Test
    void theCheckSumIsTheKnownOne() {
        // The check value of CRC-32C in the catalogues is e3069283 for the digits 1 to 9.
        int crc = 0xe3069283;
        assertThat(maskedCrc("123456789".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo((crc >>> 15 | crc << 17) + 0xa282ead8);
    }

    @Test
    void scalarsReadBackUnderTheTagsThatTrlRunsHave() throws IOException {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 2.5);
        values.put("rewards/chosen", Double.NaN);
        values.put("eval_loss", -1e-3);
        try (TensorBoardSink sink = open(-1)) {
            sink.record(300_000_000_000L, values);
        }
        List<List<Field>> events = events(onlyFile());
        assertThat(events).hasSize(2);
        assertThat(one(events.get(0), 3).text()).isEqualTo("brain.Event:2");
        List<Field> event = events.get(1);
        assertThat(Double.longBitsToDouble(one(event, 1).bits())).isEqualTo(1_790_000_000.5);
        assertThat(one(event, 2).bits()).isEqualTo(300_000_000_000L);
        List<List<Field>> summaries = one(event, 5).message().stream().map(Field::message).toList();
        assertThat(summaries).map(summary -> one(summary, 1).text()).containsExactly("train/loss",
                "train/rewards/chosen",
                "eval/loss");
        assertThat(summaries).map(summary -> Float.intBitsToFloat((int) one(summary, 2).bits())).containsExactly(2.5f,
                Float.NaN,
                -1e-3f);
    }

    @Test
    void textsAreStringTensorsOfTheTextPage() throws IOException {
        try (TensorBoardSink sink = open(-1)) {
            sink.text(3, "samples", "Grüße 😀".repeat(100));
        }
        List<Field> value = one(one(events(onlyFile()).get(1), 5).message(), 1).message();
        assertThat(one(value, 1).text()).isEqualTo("samples/text_summary");
        assertThat(one(one(one(value, 9).message(), 1).message(), 1).text()).isEqualTo("text");
        List<Field> tensor = one(value, 8).message();
        assertThat(one(tensor, 1).bits()).isEqualTo(7);
        assertThat(one(one(one(tensor, 2).message(), 2).message(), 1).bits()).isEqualTo(1);
        assertThat(one(tensor, 8).text()).isEqualTo("Grüße 😀".repeat(100));
    }

    @Test
    void aResumedRunTellsReadersToDropLaterSteps() throws IOException {
        open(41).close();
        List<Field> event = events(onlyFile()).get(1);
        assertThat(one(event, 2).bits()).isEqualTo(42);
        assertThat(one(one(event, 7).message(), 1).bits()).isEqualTo(1);
    }

    @Test
    void fileNamesAreOnesThatTensorBoardFindsAndNeverCollide() throws IOException {
        open(-1).close();
        assertThat(onlyFile().getFileName().toString())
                .matches("events\\.out\\.tfevents\\.1790000000\\.[A-Za-z0-9._-]+\\.\\d+\\.0");
        open(-1).close();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldWithTheWayOut() throws IOException {
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file");
        assertThatThrownBy(() -> TensorBoardSink.open(blocked, -1)).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(blocked.toString()).hasMessageContaining("give another one");
    }
}
