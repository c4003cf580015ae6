package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The {@code model.safetensors.index.json} of a sharded model: which shard holds which tensor. */
final class ShardedIndex {
    /** Far above any real index, and low enough that a hostile one does not fill the heap. */
    private static final long LONGEST = 32_000_000;
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String AGAIN = "Fetch or save the model again.";

    private ShardedIndex() {}

    /** The shard's file name of every tensor name. */
    static Map<String, String> read(Path index) {
        JsonNode map = tree(index).path("weight_map");
        if (!map.isObject()) {
            throw SafetensorsException.of("no weight_map", "an object that names the shard of every tensor", index,
                    AGAIN);
        }
        Map<String, String> shards = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String where = " for tensor " + quoted(entry.getKey());
            if (!entry.getValue().isString()) {
                throw SafetensorsException.of("a " + entry.getValue().getNodeType() + where, "the name of a shard",
                        index,
                        AGAIN);
            }
            shards.put(entry.getKey(), shard(index, entry.getValue().stringValue(), where));
        }
        if (shards.isEmpty()) {
            throw SafetensorsException.of("an empty weight_map", "at least one tensor", index, AGAIN);
        }
        return shards;
    }

    private static JsonNode tree(Path index) {
        try {
            long size = Files.size(index);
            if (size > LONGEST) {
                throw SafetensorsException.of("an index of " + size + " bytes", "at most " + LONGEST, index, AGAIN);
            }
            return JSON.readTree(Files.readString(index, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new SafetensorsException(SafetensorsException.message("an index that cannot be read (" + e + ")",
                    "JSON in UTF-8", index, AGAIN), e);
        } catch (JacksonException e) {
            throw new SafetensorsException(SafetensorsException.message("an index that does not parse ("
                    + quoted(e.getOriginalMessage()) + ")", "JSON in which every name occurs once", index, AGAIN), e);
        }
    }

    /** A shard is a plain file name: anything else could point at a file that the model's author never had. */
    private static String shard(Path index, String name, String where) {
        if (!plain(name)) {
            throw SafetensorsException.of("the shard " + quoted(name) + where,
                    "the plain name of a .safetensors file in the same folder", index,
                    "Do not use this model unless its author explains it; a correct save names plain files.");
        }
        return name;
    }

    private static boolean plain(String name) {
        try {
            return name.endsWith(".safetensors") && name.chars().noneMatch(c -> c < ' ' || "/\\:".indexOf(c) >= 0)
                    && Path.of(name).getNameCount() == 1;
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** The index as bytes, laid out as Hugging Face does. */
    static byte[] encoded(Map<String, String> shards, long totalBytes) {
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("metadata", Map.of("total_size", totalBytes));
        index.put("weight_map", new TreeMap<>(shards));
        return (JSON.writeValueAsString(index) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
