package dev.hone.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A trained byte-level BPE tokenizer, ready to be written in the files that Hugging Face tools open. It adds no
 * token of its own accord.
 *
 * <p>Normalisation (NFC) and split are those of Qwen2 on purpose: transformers 5 ignores both in {@code tokenizer.json} when
 * the {@code config.json} beside it says {@code qwen2}, and puts these in their place. With any others such a model would
 * be given ids that it was not trained on.
 *
 * @param settings what it was asked to be
 * @param tokens the text of each id, in the byte-level alphabet; the special tokens follow
 * @param merges in the order in which they are applied
 */
public record BpeTokenizer(BpeSettings settings, List<String> tokens, List<Merge> merges) {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Two neighbouring tokens that become one. */
    public record Merge(String left, String right) {}

    public BpeTokenizer {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
        for (String special : settings.specialTokens()) {
            if (tokens.contains(special)) {
                throw new DataException("special token '" + special + "' was also learned from the texts: expected one"
                        + " that they do not hold; choose marks such as <|" + special + "|>");
            }
        }
    }

    /** Number of entries with the special tokens. */
    public int size() {
        return tokens.size() + settings.specialTokens().size();
    }

    /** The id of a special token. */
    public int idOf(String specialToken) {
        int index = settings.specialTokens().indexOf(specialToken);
        if (index < 0) {
            throw new DataException("no special token '" + specialToken + "': expected one of "
                    + settings.specialTokens());
        }
        return tokens.size() + index;
    }

    /**
     * Writes {@code tokenizer.json}, {@code tokenizer_config.json} and {@code special_tokens_map.json} into a folder, which
     * is made when it is missing.
     *
     * @throws DataException when the folder cannot be written to
     */
    public void write(Path folder) {
        try {
            Files.createDirectories(folder);
            write(folder.resolve("tokenizer.json"), tokenizer());
            write(folder.resolve("tokenizer_config.json"), config());
            write(folder.resolve("special_tokens_map.json"), roles(JSON.createObjectNode()));
        } catch (IOException e) {
            throw new DataException("cannot write the tokenizer into " + folder + ": " + e.getMessage()
                    + "; choose a folder that can be written to", e);
        }
    }

    private static void write(Path file, ObjectNode content) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(content) + "\n");
    }

    private ObjectNode tokenizer() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (String token : settings.specialTokens()) {
            ObjectNode entry = added.addObject().put("id", idOf(token));
            describe(entry, token);
        }
        root.putObject("normalizer").put("type", "NFC");
        root.set("pre_tokenizer", preTokenizer());
        root.set("post_processor", byteLevel(true));
        root.set("decoder", byteLevel(true));
        root.set("model", model());
        return root;
    }

    private static ObjectNode preTokenizer() {
        ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        ObjectNode split = steps.addObject().put("type", "Split");
        split.putObject("pattern").put("Regex", BpeTrainer.SPLIT);
        split.put("behavior", "Isolated").put("invert", false);
        steps.add(byteLevel(false));
        return sequence;
    }

    private static ObjectNode byteLevel(boolean useRegex) {
        return JSON.createObjectNode().put("type", "ByteLevel").put("add_prefix_space", false)
                .put("trim_offsets", false).put("use_regex", useRegex);
    }

    private ObjectNode model() {
        ObjectNode model = JSON.createObjectNode().put("type", "BPE").putNull("dropout").putNull("unk_token")
                .putNull("continuing_subword_prefix").putNull("end_of_word_suffix")
                .put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        ArrayNode list = model.putArray("merges");
        merges.forEach(merge -> list.addArray().add(merge.left()).add(merge.right()));
        return model;
    }

    private ObjectNode config() {
        ObjectNode config = JSON.createObjectNode();
        ObjectNode added = config.putObject("added_tokens_decoder");
        for (String token : settings.specialTokens()) {
            describe(added.putObject(String.valueOf(idOf(token))), token);
        }
        config.put("clean_up_tokenization_spaces", false).put("model_max_length", settings.modelMaxLength())
                .put("tokenizer_class", "PreTrainedTokenizerFast");
        BpeSettings.ROLES.forEach(config::putNull); // null, since a missing key would fall back on a class default
        roles(config);
        if (!settings.chatTemplate().isEmpty()) {
            config.put("chat_template", settings.chatTemplate());
        }
        return config;
    }

    private ObjectNode roles(ObjectNode node) {
        for (String role : BpeSettings.ROLES) {
            String token = settings.roles().get(role);
            if (token != null) {
                node.put(role, token);
            }
        }
        return node;
    }

    private static void describe(ObjectNode entry, String token) {
        entry.put("content", token).put("single_word", false).put("lstrip", false).put("rstrip", false)
                .put("normalized", false).put("special", true);
    }
}
