package dev.hone.text;

import static tools.jackson.core.JsonToken.END_ARRAY;
import static tools.jackson.core.JsonToken.END_OBJECT;
import static tools.jackson.core.JsonToken.START_ARRAY;
import static tools.jackson.core.JsonToken.START_OBJECT;

import dev.hone.text.Vocabulary.AddedToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a {@link Vocabulary}. The merges, most of a large tokenizer.json, are skipped and never held. */
final class VocabularyReader {
    /** More ids than any model has rows for; a larger id is a broken file, not a reason to allocate. */
    private static final int MAX_ID = 1 << 24;
    private static final List<String> ROLES = List.of("bos_token", "eos_token", "pad_token", "unk_token", "cls_token",
            "sep_token", "mask_token");
    // Interning a quarter of a million distinct field names would only fill Jackson's symbol table.
    private static final JsonMapper JSON = JsonMapper
            .builder(JsonFactory.builder().disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES).build())
            .build();

    private final Path folder;
    private final Path file;
    private final Map<String, Integer> model = new LinkedHashMap<>();
    private final List<AddedToken> added = new ArrayList<>();

    VocabularyReader(Path folder) {
        this.folder = folder;
        this.file = tokenizerFile(folder);
    }

    /** The tokenizer.json of a model folder, or a word on what to do when there is none. */
    static Path tokenizerFile(Path folder) {
        Path file = folder.resolve("tokenizer.json");
        if (Files.isRegularFile(file)) {
            return file;
        }
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + " is not a folder: expected a model folder that holds tokenizer.json");
        }
        Optional<String> old = List.of("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.json",
                "vocab.txt", "tokenizer.pkl", "tokenizer.pickle").stream()
                .filter(name -> Files.exists(folder.resolve(name))).findFirst();
        if (old.isPresent()) {
            throw new DataException(
                    "%s has %s but no tokenizer.json, the one tokenizer format that is read; convert it once with Python: AutoTokenizer.from_pretrained(\"%s\").save_pretrained(\"%s\")"
                            .formatted(folder, old.get(), folder, folder));
        }
        throw new DataException(folder
                + " has no tokenizer.json: expected one beside config.json; copy it from the model's page or from the model that this one was trained from");
    }

    Vocabulary read() {
        try (JsonParser parser = JSON.createParser(file)) {
            if (parser.nextToken() != START_OBJECT) {
                throw broken("expected a JSON object");
            }
            while (parser.nextToken() != END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "model" -> readModel(parser);
                    case "added_tokens" -> readAdded(parser.readValueAsTree());
                    default -> parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw new DataException(file + " cannot be read as JSON (" + e.getOriginalMessage()
                    + "): the file is damaged or incomplete; download or copy it again", e);
        }
        if (model.isEmpty()) {
            throw broken("found no vocabulary under model.vocab");
        }
        return new Vocabulary(model, added, roles());
    }

    private void readModel(JsonParser parser) {
        if (parser.currentToken() != START_OBJECT) {
            throw broken("expected an object under model");
        }
        while (parser.nextToken() != END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("vocab") && parser.currentToken() == START_OBJECT) {
                readVocabulary(parser);
            } else if (name.equals("vocab") && parser.currentToken() == START_ARRAY) {
                readScored(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void readVocabulary(JsonParser parser) {
        while (parser.nextToken() != END_OBJECT) {
            String token = parser.currentName();
            parser.nextToken();
            model.put(token, checkedId(parser.getIntValue()));
        }
    }

    /** Unigram models list pairs of token and score; the place in the list is the id. */
    private void readScored(JsonParser parser) {
        for (int id = 0; parser.nextToken() != END_ARRAY; id++) {
            parser.nextToken();
            model.put(parser.getString(), checkedId(id));
            while (parser.nextToken() != END_ARRAY) {
                parser.skipChildren();
            }
        }
    }

    private void readAdded(JsonNode tokens) {
        for (JsonNode token : tokens) {
            added.add(new AddedToken(checkedId(token.path("id").asInt(-1)), token.path("content").asString(""),
                    token.path("special").asBoolean(false)));
        }
    }

    private int checkedId(int id) {
        if (id < 0 || id >= MAX_ID) {
            throw broken("token id " + id + " is outside 0 to " + (MAX_ID - 1));
        }
        return id;
    }

    private DataException broken(String what) {
        return new DataException(file + " is not a tokenizer.json: " + what + "; download or copy it again");
    }

    /** The newer file wins: tokenizer_config.json, then special_tokens_map.json, then the ids in config.json. */
    private Map<String, Integer> roles() {
        Map<String, Integer> known = new LinkedHashMap<>(model);
        added.forEach(token -> known.put(token.content(), token.id()));
        Map<String, Integer> roles = new LinkedHashMap<>();
        rolesByNumber(roles, optional("config.json"), known);
        rolesByText(roles, "special_tokens_map.json", known);
        rolesByText(roles, "tokenizer_config.json", known);
        return roles;
    }

    private void rolesByText(Map<String, Integer> roles, String fileName, Map<String, Integer> known) {
        JsonNode config = optional(fileName);
        for (String role : ROLES) {
            JsonNode value = config.path(role);
            String text = value.isObject() ? value.path("content").asString("") : value.asString("");
            Integer id = known.get(text);
            if (id != null) {
                roles.put(role, id);
            } else if (!text.isEmpty() && (role.equals("eos_token") || role.equals("bos_token"))) {
                throw new DataException(
                        "%s names %s %s, which tokenizer.json does not have; expected one of its tokens, for example %s"
                                .formatted(folder.resolve(fileName), role, text,
                                        added.stream().map(AddedToken::content).limit(5).toList()));
            }
        }
    }

    private static void rolesByNumber(Map<String, Integer> roles, JsonNode config, Map<String, Integer> known) {
        for (String role : List.of("bos_token", "eos_token", "pad_token")) {
            JsonNode value = config.path(role + "_id");
            int id = value.isArray() ? value.path(0).asInt(-1) : value.asInt(-1);
            if (known.containsValue(id)) {
                roles.put(role, id);
            }
        }
    }

    private JsonNode optional(String name) {
        Path config = folder.resolve(name);
        try {
            return Files.isRegularFile(config) ? JSON.readTree(config.toFile()) : JSON.createObjectNode();
        } catch (JacksonException e) {
            throw new DataException(config + " cannot be read as JSON (" + e.getOriginalMessage()
                    + "): the file is damaged; copy it again", e);
        }
    }
}
