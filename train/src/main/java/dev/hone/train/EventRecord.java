package dev.hone.train;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The records of a TensorBoard event file. Messages are the protocol buffers {@code Event}, {@code Summary},
 * {@code SummaryMetadata}, {@code TensorProto} and {@code SessionLog} of TensorFlow, of which only the fields named here are
 * written; each stands in a TFRecord frame: length, masked CRC32C of the length, message, masked CRC32C of the message.
 */
final class EventRecord {
    private static final int DT_STRING = 7;
    private static final int SESSION_START = 1;
    private static final int CRC_MASK_DELTA = 0xa282ead8;

    private EventRecord() {}

    /** The first record of every file. */
    static byte[] fileVersion(double seconds) {
        return framed(new Proto().real64(1, seconds).text(3, "brain.Event:2"));
    }

    /** Tells readers that the run starts (again) at a step: they drop what older files say about it and later ones. */
    static byte[] sessionStart(double seconds, long step) {
        return framed(event(seconds, step).message(7, new Proto().integer(1, SESSION_START)));
    }

    static byte[] scalars(double seconds, long step, Map<String, Double> values) {
        Proto summary = new Proto();
        values.forEach((tag, value) -> summary.message(1, new Proto().text(1, tag).real32(2, value.floatValue())));
        return framed(event(seconds, step).message(5, summary));
    }

    static byte[] text(double seconds, long step, String tag, String text) {
        Proto metadata = new Proto().message(1, new Proto().text(1, "text"));
        Proto shape = new Proto().message(2, new Proto().integer(1, 1));
        Proto tensor = new Proto().integer(1, DT_STRING).message(2, shape).text(8, text);
        Proto value = new Proto().text(1, tag).message(9, metadata).message(8, tensor);
        return framed(event(seconds, step).message(5, new Proto().message(1, value)));
    }

    private static Proto event(double seconds, long step) { return new Proto().real64(1, seconds).integer(2, step); }

    private static byte[] framed(Proto message) {
        byte[] content = message.bytes();
        byte[] length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(content.length).array();
        return ByteBuffer.allocate(content.length + 16).order(ByteOrder.LITTLE_ENDIAN).put(length)
                .putInt(maskedCrc(length))
                .put(content).putInt(maskedCrc(content)).array();
    }

    private static int maskedCrc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
    }

    /** The protocol buffer wire format, as far as it is needed. */
    private static final class Proto {
        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int LENGTH = 2;
        private static final int FIXED32 = 5;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Proto integer(int field, long value) { return key(field, VARINT).varint(value); }

        Proto real64(int field, double value) {
            key(field, FIXED64);
            out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
            return this;
        }

        Proto real32(int field, float value) {
            key(field, FIXED32);
            out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
            return this;
        }

        Proto text(int field, String value) { return block(field, value.getBytes(StandardCharsets.UTF_8)); }

        Proto message(int field, Proto value) { return block(field, value.bytes()); }

        byte[] bytes() { return out.toByteArray(); }

        private Proto block(int field, byte[] content) {
            key(field, LENGTH).varint(content.length);
            out.writeBytes(content);
            return this;
        }

        private Proto key(int field, int wireType) { return varint((long) field << 3 | wireType); }

        private Proto varint(long value) {
            long rest = value;
            for (; (rest & ~0x7fL) != 0; rest >>>= 7) {
                out.write((int) (rest & 0x7f | 0x80));
            }
            out.write((int) rest);
            return this;
        }
    }
}
