package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The header of a safetensors file: eight bytes of length (unsigned, little-endian), then that many bytes of JSON, padded
 * with spaces. Format: huggingface.co/docs/safetensors.
 *
 * @param tensors by name, in the order of their bytes
 * @param metadata the strings of {@code __metadata__}
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    /** The key that no tensor may have. */
    static final String METADATA = "__metadata__";
    /** The longest header, in bytes; the limit that the format's first implementation has. */
    static final long LONGEST = 100_000_000;
    /** Bytes of the length that comes first. */
    static final int LENGTH_BYTES = 8;
    /** libtorch refuses tensors of more dimensions. */
    static final int MOST_DIMENSIONS = 64;

    private static final long MOST_BYTES = 1L << 62;
    private static final JsonFactory JSON = new JsonFactory();

    SafetensorsHeader {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** The header of tensors laid one after the other in the order given. */
    static SafetensorsHeader of(Path file, List<SafetensorsEntry> entries, Map<String, String> metadata) {
        requireDistinct(file, entries);
        totalBytes(file, entries);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        long begin = 0;
        for (SafetensorsEntry entry : entries) {
            long end = begin + entry.bytes();
            tensors.put(entry.name(), new TensorInfo(entry.name(), entry.dtype(), entry.shape(), begin, end));
            begin = end;
        }
        return new SafetensorsHeader(tensors, metadata);
    }

    /** Refuses two tensors of one name. */
    static void requireDistinct(Path where, List<SafetensorsEntry> entries) {
        Set<String> seen = new HashSet<>();
        for (SafetensorsEntry entry : entries) {
            if (!seen.add(entry.name())) {
                throw SafetensorsException.of("two tensors to write with the name " + quoted(entry.name()),
                        "every name once", where, "Rename one of them, or leave out the copy of a tied weight.");
            }
        }
    }

    /** Bytes of tensors laid end to end; refuses sums so large that adding a header to them could overflow. */
    static long totalBytes(Path where, List<SafetensorsEntry> entries) {
        long total = 0;
        for (SafetensorsEntry entry : entries) {
            if (entry.bytes() > MOST_BYTES - total) {
                throw SafetensorsException.of("tensors of more than 2^62 bytes", "fewer", where,
                        "Check the shape of " + quoted(entry.name()) + ".");
            }
            total += entry.bytes();
        }
        return total;
    }

    /** Bytes of all tensors. */
    long dataBytes() {
        return tensors.values().stream().mapToLong(TensorInfo::end).max().orElse(0);
    }

    /** The length and the JSON as they open a file, padded so that the tensors start at a multiple of eight. */
    byte[] encoded(Path file) {
        byte[] json = json();
        int padded = Math.ceilDiv(json.length, LENGTH_BYTES) * LENGTH_BYTES;
        if (padded > LONGEST) {
            throw SafetensorsException.of("a header of " + padded + " bytes", "at most " + LONGEST, file,
                    "Write fewer tensors or less metadata into one file.");
        }
        byte[] bytes = new byte[LENGTH_BYTES + padded];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
        Arrays.fill(bytes, LENGTH_BYTES + json.length, bytes.length, (byte) ' ');
        return bytes;
    }

    private byte[] json() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeName(METADATA).writeStartObject();
                metadata.forEach(out::writeStringProperty);
                out.writeEndObject();
            }
            for (TensorInfo info : tensors.values()) {
                out.writeName(info.name()).writeStartObject();
                out.writeStringProperty("dtype", info.dtype().safetensorsName());
                longs(out, "shape", info.shape());
                longs(out, "data_offsets", info.begin(), info.end());
                out.writeEndObject();
            }
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void longs(JsonGenerator out, String key, long... values) {
        out.writeName(key).writeStartArray();
        for (long value : values) {
            out.writeNumber(value);
        }
        out.writeEndArray();
    }

    /** Whether a name can be written as UTF-8: half of a surrogate pair cannot. */
    static boolean encodable(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
