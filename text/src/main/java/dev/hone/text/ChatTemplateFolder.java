package dev.hone.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The chat template and the special tokens in a model folder of Hugging Face's layout. The template is the file
 * {@code chat_template.jinja}, else the key {@code chat_template} of {@code chat_template.json} or of
 * {@code tokenizer_config.json}: a text, or a list of {@code {"name": …, "template": …}} of which "default" is taken.
 */
final class ChatTemplateFolder {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CONFIG = "tokenizer_config.json";

    private final Path folder;

    ChatTemplateFolder(Path folder) { this.folder = folder; }

    Optional<String> source() {
        Path own = folder.resolve("chat_template.jinja");
        if (Files.isRegularFile(own)) {
            return Optional.of(text(own));
        }
        return source("chat_template.json").or(() -> source(CONFIG));
    }

    private Optional<String> source(String file) {
        JsonNode template = object(file).path("chat_template");
        if (template.isMissingNode() || template.isNull()) {
            return Optional.empty();
        }
        if (template.isString()) {
            return Optional.of(template.stringValue());
        }
        for (JsonNode named : template) {
            if (named.path("name").asString("").equals("default") && named.path("template").isString()) {
                return Optional.of(named.path("template").stringValue());
            }
        }
        throw new TemplateException("chat_template in " + folder.resolve(file)
                + " is neither a text nor a list that holds {\"name\": \"default\", \"template\": …}");
    }

    /** The special tokens by the names that templates use: bos_token, eos_token, pad_token …; those that are null are left out. */
    Map<String, Object> specialTokens() {
        Map<String, Object> tokens = new LinkedHashMap<>();
        JsonNode config = object(CONFIG);
        collect(object("special_tokens_map.json"), tokens);
        collect(config.path("extra_special_tokens"), tokens);
        collect(config.path("model_specific_special_tokens"), tokens);
        collect(config, tokens);
        return tokens;
    }

    private static void collect(JsonNode object, Map<String, Object> tokens) {
        if (!object.isObject()) {
            return;
        }
        object.forEachEntry((name, value) -> {
            JsonNode content = value.isObject() ? value.path("content") : value;
            if (name.endsWith("_token") && content.isString()) {
                tokens.put(name, content.stringValue());
            }
        });
    }

    private JsonNode object(String file) {
        Path path = folder.resolve(file);
        if (!Files.isRegularFile(path)) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode node = JSON.readTree(text(path));
            if (!node.isObject()) {
                throw new TemplateException(path + " is not a JSON object");
            }
            return node;
        } catch (JacksonException e) {
            throw new TemplateException(path + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new TemplateException(path + " cannot be read as UTF-8 text: " + e.getMessage(), e);
        }
    }
}
