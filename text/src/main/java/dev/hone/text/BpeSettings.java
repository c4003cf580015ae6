package dev.hone.text;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a trained tokenizer shall look like.
 *
 * @param vocabularySize number of entries in all: 256 bytes, the special tokens and one per merge
 * @param specialTokens tokens that are never split, in the order of their ids, which follow those of the merges
 * @param roles which special token plays which part; the names are those of the files: {@code bos_token},
 *     {@code eos_token}, {@code pad_token}, {@code unk_token}
 * @param modelMaxLength longest row in tokens, {@code model_max_length} of the files
 * @param chatTemplate Jinja source of the chat template, empty for none
 */
public record BpeSettings(int vocabularySize, List<String> specialTokens, Map<String, String> roles, int modelMaxLength,
        String chatTemplate) {

    /** Entries that every byte-level vocabulary has before the first merge. */
    static final int BYTES = 256;

    /** The parts a special token can play, in the order in which the files name them. */
    static final List<String> ROLES = List.of("bos_token", "eos_token", "unk_token", "pad_token");

    public BpeSettings {
        specialTokens = List.copyOf(specialTokens);
        roles = Map.copyOf(roles);
        checkTokens(specialTokens, roles);
        if (vocabularySize < BYTES + specialTokens.size()) {
            throw new DataException("vocabulary size " + vocabularySize + " is too small: expected at least "
                    + (BYTES + specialTokens.size()) + " (256 bytes and " + specialTokens.size()
                    + " special tokens); ask for more entries");
        }
        if (modelMaxLength < 1) {
            throw new DataException("model_max_length " + modelMaxLength + ": expected at least 1 token");
        }
    }

    /**
     * The special tokens of the ChatML format: {@code <|im_end|>} ends a turn and a row, {@code <|endoftext|>} pads and
     * separates documents, nothing opens a row.
     */
    public static BpeSettings chat(int vocabularySize, int modelMaxLength, String chatTemplate) {
        return new BpeSettings(vocabularySize, List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
                Map.of("eos_token", "<|im_end|>", "pad_token", "<|endoftext|>"), modelMaxLength, chatTemplate);
    }

    private static void checkTokens(List<String> tokens, Map<String, String> roles) {
        if (new LinkedHashSet<>(tokens).size() != tokens.size() || tokens.contains("")) {
            throw new DataException("special tokens " + tokens + ": expected different, non-empty texts");
        }
        new TreeMap<>(roles).forEach((role, token) -> {
            if (!ROLES.contains(role)) {
                throw new DataException("role '" + role + "' of token '" + token + "' is unknown: expected one of "
                        + String.join(", ", ROLES));
            }
            if (!tokens.contains(token)) {
                throw new DataException(role + " '" + token + "' is not among the special tokens " + tokens
                        + ": add it there");
            }
        });
    }
}
