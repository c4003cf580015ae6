package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Reads a safetensors header token by token and believes none of it: the file may be truncated, edited or hostile. */
final class SafetensorsHeaderReader {
    private static final JsonFactory JSON = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8)
                    .maxNameLength((int) SafetensorsHeader.LONGEST).maxStringLength((int) SafetensorsHeader.LONGEST)
                    .build())
            .build();
    /** Types of the format without a counterpart here; named so that the message can tell them from a typing error. */
    private static final Set<String> UNSUPPORTED = Set.of("U16", "U32", "U64", "C64", "F4", "F6_E2M3", "F6_E3M2",
            "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ");
    private static final String DAMAGED = "The file is damaged or was not written as safetensors: fetch or save it again.";

    private final Path file;
    private final long dataBytes;
    private final JsonParser parser;
    private final List<TensorInfo> infos = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeaderReader(Path file, long dataBytes, JsonParser parser) {
        this.file = file;
        this.dataBytes = dataBytes;
        this.parser = parser;
    }

    /**
     * The header in {@code json}, which begins with a brace.
     *
     * @param dataBytes how many bytes the file has after the header
     * @throws SafetensorsException when anything about it breaks the format
     */
    static SafetensorsHeader read(Path file, byte[] json, long dataBytes) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text(file, json))) {
            return new SafetensorsHeaderReader(file, dataBytes, parser).header();
        } catch (JacksonException e) {
            long at = e.getLocation() == null ? 0 : e.getLocation().getCharOffset();
            throw new SafetensorsException(
                    SafetensorsException.message("a header that does not parse at character " + at + " ("
                            + oneLine(e.getOriginalMessage()) + ")",
                            "one JSON object in which every name occurs once", file, DAMAGED),
                    e);
        }
    }

    private static String text(Path file, byte[] json) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
        } catch (CharacterCodingException e) {
            throw SafetensorsException.of("a header with bytes that are not UTF-8", "a JSON object in UTF-8", file,
                    DAMAGED);
        }
    }

    private static String oneLine(String message) {
        String text = quoted(message);
        return text.substring(1, text.length() - 1);
    }

    private SafetensorsHeader header() {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (name.equals(SafetensorsHeader.METADATA)) {
                readMetadata();
            } else {
                infos.add(tensor(name));
            }
        }
        if (parser.nextToken() != null) {
            throw broken("text after the header's JSON object", "one JSON object and then only spaces");
        }
        return new SafetensorsHeader(contiguous(), metadata);
    }

    private void readMetadata() {
        String where = " in " + SafetensorsHeader.METADATA;
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw broken("a " + kind() + " as " + SafetensorsHeader.METADATA, "an object of strings");
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw broken("a " + kind() + " for " + quoted(key) + where, "a string");
            }
            String value = parser.getString();
            if (!SafetensorsHeader.encodable(value)) { // Jackson checks names only
                throw broken("half a surrogate pair for " + quoted(key) + where, "well-formed text");
            }
            metadata.put(key, value);
        }
    }

    private TensorInfo tensor(String name) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw broken("a " + kind() + " for tensor " + quoted(name), "an object with dtype, shape and data_offsets");
        }
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            switch (parser.currentName()) {
                case "dtype" -> dtype = dtype(name);
                case "shape" -> shape = integers(name, "shape", SafetensorsHeader.MOST_DIMENSIONS);
                case "data_offsets" -> offsets = integers(name, "data_offsets", 2);
                default ->
                    throw broken("the unknown key " + quoted(parser.currentName()) + " for tensor " + quoted(name),
                            "only dtype, shape and data_offsets");
            }
        }
        return checked(name, dtype, shape, offsets);
    }

    private DType dtype(String tensor) {
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
            throw broken("a " + kind() + " as dtype of tensor " + quoted(tensor), "a string");
        }
        String name = parser.getString();
        return DType.ofSafetensors(name).orElseThrow(() -> refused(name, file + ", tensor " + quoted(tensor)));
    }

    private static SafetensorsException refused(String dtype, String where) {
        String known = "one of "
                + Stream.of(DType.values()).map(DType::safetensorsName).collect(Collectors.joining(", "));
        return UNSUPPORTED.contains(dtype)
                ? SafetensorsException.of("the dtype " + dtype + ", which Hone does not support", known, where,
                        "Take a release of the model in BF16 or F32, or convert the tensor with the tool that made it.")
                : SafetensorsException.of("the unknown dtype " + quoted(dtype), known, where, DAMAGED);
    }

    private long[] integers(String tensor, String key, int most) {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw broken("a " + kind() + " as " + key + " of tensor " + quoted(tensor), "an array of integers");
        }
        long[] values = new long[most];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                    || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER || parser.getLongValue() < 0) {
                throw broken("a " + kind() + " in " + key + " of tensor " + quoted(tensor),
                        "integers from 0 to below 2^63");
            }
            if (count == most) {
                throw broken("more than " + most + " integers in " + key + " of tensor " + quoted(tensor),
                        "at most " + most);
            }
            values[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(values, count);
    }

    private TensorInfo checked(String name, @Nullable DType dtype, long @Nullable [] shape, long @Nullable [] offsets) {
        if (dtype == null || shape == null || offsets == null || offsets.length != 2) {
            throw broken("no complete description of tensor " + quoted(name), "dtype, shape and two data_offsets");
        }
        long begin = offsets[0];
        long end = offsets[1];
        String range = "the data_offsets [" + begin + ", " + end + "] of tensor " + quoted(name);
        if (end > dataBytes) {
            throw SafetensorsException.of(range, "an end of at most " + dataBytes + " (the bytes after the header)",
                    file,
                    "The file is cut short or its header was edited: fetch or save it again.");
        }
        long bytes;
        try {
            bytes = TensorInfo.bytes(dtype, shape);
        } catch (ArithmeticException e) {
            throw broken("the shape " + Arrays.toString(shape) + " of tensor " + quoted(name),
                    "a number of bytes that fits in 63 bits");
        }
        if (end - begin != bytes) {
            throw broken(range + ", " + (end - begin) + " bytes",
                    bytes + " bytes for " + dtype.safetensorsName() + " " + Arrays.toString(shape));
        }
        return new TensorInfo(name, dtype, shape, begin, end);
    }

    /** The tensors in the order of their bytes, which must cover the data once and leave no hole. */
    private Map<String, TensorInfo> contiguous() {
        List<TensorInfo> sorted = new ArrayList<>(infos);
        sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        long end = 0;
        for (TensorInfo info : sorted) {
            if (info.begin() != end) {
                throw broken("tensor " + quoted(info.name()) + " at byte " + info.begin()
                        + (info.begin() < end ? ", overlapping the tensor before it" : ", after a hole"),
                        end + ", where the tensor before it ends");
            }
            end = info.end();
            tensors.put(info.name(), info);
        }
        if (end != dataBytes) {
            throw broken((dataBytes - end) + " bytes after the last tensor", "none");
        }
        return tensors;
    }

    private String kind() {
        JsonToken token = parser.currentToken();
        return token == null ? "missing value" : switch (token) {
            case START_OBJECT -> "JSON object";
            case START_ARRAY -> "JSON array";
            case VALUE_STRING -> "string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number " + oneLine(parser.getString());
            default -> token.name().replace("VALUE_", "");
        };
    }

    private SafetensorsException broken(String found, String expected) {
        return SafetensorsException.of(found, expected, file, DAMAGED);
    }
}
