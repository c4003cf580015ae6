package dev.hone.text;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens of a tokenizer, as its files list them.
 *
 * @see <a href="https://huggingface.co/docs/tokenizers">tokenizer.json of the Hugging Face tokenizers library</a>
 */
public final class Vocabulary {
    private final Map<String, Integer> ids;
    private final Map<Integer, AddedToken> added;
    private final Map<String, Integer> roles;
    private final String[] tokens;

    /**
     * A token that stands beside the model's own.
     *
     * @param id its id
     * @param content its text, as it is written in a prompt
     * @param special whether decoding may leave it out
     */
    public record AddedToken(int id, String content, boolean special) {}

    /**
     * @param model the tokens of the model with their ids
     * @param added the added tokens; where one has the text of a model token, its id wins
     * @param roles ids of the tokens with a role: {@code bos_token}, {@code eos_token}, {@code pad_token}, …
     */
    Vocabulary(Map<String, Integer> model, List<AddedToken> added, Map<String, Integer> roles) {
        this.ids = new HashMap<>(model);
        this.added = new LinkedHashMap<>();
        added.forEach(token -> {
            this.ids.put(token.content(), token.id());
            this.added.put(token.id(), token);
        });
        this.roles = Map.copyOf(roles);
        int size = Math.max(max(model.values()), max(this.added.keySet())) + 1;
        this.tokens = new String[size];
        model.forEach((token, id) -> tokens[id] = token);
        added.forEach(token -> tokens[token.id()] = token.content());
    }

    private static int max(Iterable<Integer> values) {
        int max = -1;
        for (int value : values) {
            max = Math.max(max, value);
        }
        return max;
    }

    /**
     * Reads tokenizer.json, tokenizer_config.json, special_tokens_map.json and, for the special tokens that those do not
     * name, config.json.
     *
     * @throws DataException if tokenizer.json is missing or cannot be read
     */
    public static Vocabulary read(Path modelFolder) { return new VocabularyReader(modelFolder).read(); }

    /** One more than the largest id, added tokens included: the rows that an embedding needs at least. */
    public int size() {
        return tokens.length;
    }

    /** The id of a token, written as tokenizer.json writes it. */
    public OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The token of an id, written as tokenizer.json writes it; empty for a gap and outside of the vocabulary. */
    public Optional<String> token(int id) {
        return id < 0 || id >= tokens.length ? Optional.empty() : Optional.ofNullable(tokens[id]);
    }

    /** Whether an id is that of a special token: one that decoding may leave out. */
    public boolean isSpecial(int id) {
        AddedToken token = added.get(id);
        return token != null && token.special() || roles.containsValue(id);
    }

    /** The added tokens by id, in the order of the file. */
    public Map<Integer, AddedToken> added() {
        return Collections.unmodifiableMap(added);
    }

    /** The special tokens with a role ({@code bos_token}, {@code eos_token}, …), by the name of the role. */
    public Map<String, Integer> roles() {
        return roles;
    }

    /** The token that begins a text, where the tokenizer has one. */
    public OptionalInt bos() {
        return role("bos_token");
    }

    /** The token that ends a text or a reply, where the tokenizer has one. */
    public OptionalInt eos() {
        return role("eos_token");
    }

    /** The token that other tools pad with; nothing here depends on it. */
    public OptionalInt pad() {
        return role("pad_token");
    }

    /** The token for what the vocabulary does not know. */
    public OptionalInt unk() { return role("unk_token"); }

    private OptionalInt role(String name) {
        Integer id = roles.get(name);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }
}
