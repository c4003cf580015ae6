package dev.hone.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Hugging Face {@code config.json}. Reads both the key names of transformers 5 and the older ones, and keeps every key, so
 * that a saved model carries what it came with.
 */
public final class HubConfig {
    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode root;
    private final String where;

    private HubConfig(ObjectNode root, String where) {
        this.root = root;
        this.where = where;
    }

    /** Reads {@code config.json} of a model folder; for an adapter that has none beside it, of its base. */
    public static HubConfig read(Path folder) {
        Path file = folder.resolve("config.json");
        if (!Files.isRegularFile(file) && AdapterFolder.isAdapter(folder)) {
            return read(AdapterFolder.baseFolder(folder));
        }
        if (!Files.isRegularFile(file)) {
            throw new ModelException("no config.json in " + folder + ": expected a model folder in Hugging Face format"
                    + (Files.isDirectory(folder) ? "" : "; the folder itself does not exist") + ". Give the folder that"
                    + " holds config.json, the weights (*.safetensors) and tokenizer.json");
        }
        return read(file, file.toString());
    }

    /** Reads another file of the same kind, such as {@code generation_config.json}. */
    public static HubConfig readFile(Path file) {
        return read(file, file.toString());
    }

    static HubConfig read(Path file, String where) {
        try {
            if (JSON.readTree(file.toFile()) instanceof ObjectNode object) {
                return new HubConfig(object, where);
            }
        } catch (JacksonException e) {
            throw new ModelException(where + " is not JSON: " + e.getOriginalMessage(), e);
        }
        throw new ModelException(where + " holds no JSON object");
    }

    /** A configuration from JSON text, for models made from scratch. */
    public static HubConfig parse(String json) {
        if (JSON.readTree(json) instanceof ObjectNode object) {
            return new HubConfig(object, "the given configuration");
        }
        throw new ModelException("the given configuration holds no JSON object");
    }

    /** The family, for example {@code llama}. */
    public String modelType() {
        return text("model_type").orElseThrow(() -> missing("model_type", "a family name"));
    }

    /** A copy of everything, for saving. */
    public ObjectNode json() { return root.deepCopy(); }

    /** A positive whole number that must be there. */
    public int count(String key) {
        return optionalCount(key).orElseThrow(() -> missing(key, "a positive whole number"));
    }

    public int count(String key, int otherwise) { return optionalCount(key).orElse(otherwise); }

    /** A positive whole number, or empty where the key is absent or null. */
    public Optional<Integer> optionalCount(String key) {
        return value(key).map(node -> {
            if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() <= 0) {
                throw wrong(key, node, "a positive whole number");
            }
            return node.intValue();
        });
    }

    public double number(String key, double otherwise) {
        return value(key).map(node -> number(key, node)).orElse(otherwise);
    }

    public boolean flag(String key, boolean otherwise) {
        return value(key).map(node -> {
            if (!node.isBoolean()) {
                throw wrong(key, node, "true or false");
            }
            return node.booleanValue();
        }).orElse(otherwise);
    }

    public Optional<String> text(String key) {
        return value(key).map(node -> {
            if (!node.isString()) {
                throw wrong(key, node, "a text");
            }
            return node.stringValue();
        });
    }

    /** Token ids of a key that holds one id or a list of ids. */
    public List<Integer> tokenIds(String key) {
        List<Integer> ids = new ArrayList<>();
        value(key).ifPresent(node -> {
            for (JsonNode id : node.isArray() ? node : JSON.createArrayNode().add(node)) {
                if (!id.canConvertToInt()) {
                    throw wrong(key, node, "a token id or a list of them");
                }
                ids.add(id.intValue());
            }
        });
        return ids;
    }

    /** The texts of a list, empty where the key is absent. */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        value(key).ifPresent(node -> node.forEach(entry -> texts.add(entry.asString())));
        return texts;
    }

    /** Rotary positions from {@code rope_parameters}, or from {@code rope_theta} and {@code rope_scaling}. */
    public RopeSpec rope(int headSize, int positions) {
        JsonNode given = value("rope_parameters").or(() -> value("rope_scaling")).orElse(JSON.createObjectNode());
        double base = given.has("rope_theta")
                ? number("rope_theta", given.get("rope_theta"))
                : number("rope_theta", 10000);
        String type = given.path("rope_type").asString(given.path("type").asString("default"));
        RopeSpec.Scaling scaling = switch (type) {
            case "default" -> new RopeSpec.None();
            case "linear" -> new RopeSpec.Linear(required(given, "factor"));
            case "dynamic" -> new RopeSpec.Dynamic(required(given, "factor"), positions);
            case "llama3" -> new RopeSpec.Llama3(required(given, "factor"), required(given, "low_freq_factor"),
                    required(given, "high_freq_factor"), (int) required(given, "original_max_position_embeddings"));
            default -> throw wrong("rope_type", given, "default, linear, dynamic or llama3");
        };
        return new RopeSpec(base, headSize, scaling);
    }

    private double required(JsonNode given, String key) {
        if (!given.has(key)) {
            throw missing("rope_parameters." + key, "a number");
        }
        return number(key, given.get(key));
    }

    private double number(String key, JsonNode node) {
        if (!node.isNumber()) {
            throw wrong(key, node, "a number");
        }
        return node.doubleValue();
    }

    private Optional<JsonNode> value(String key) {
        return root.hasNonNull(key) ? Optional.of(root.get(key)) : Optional.empty();
    }

    /** A refusal of this configuration that says where. */
    ModelException wrong(String key, Object found, String expected) {
        return new ModelException(key + " is " + found + ", expected " + expected + ", in " + where);
    }

    /** A refusal of a value that something else found wrong; says where it was read. */
    public ModelException refused(IllegalArgumentException cause) {
        return new ModelException(cause.getMessage() + ", in " + where, cause);
    }

    private ModelException missing(String key, String expected) {
        return new ModelException(key + " is missing, expected " + expected + ", in " + where);
    }
}
