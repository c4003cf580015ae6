package dev.hone.text;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level BPE vocabulary from texts. Every text can be encoded, since the 256 bytes are entries, and decoding
 * gives back the text in normal form C. The same texts in the same order give the same vocabulary.
 *
 * <p>Of pairs that occur equally often the one with the smaller ids is merged first, as Hugging Face's
 * {@code tokenizers} does, so both learn the same merges from the same texts.
 */
public final class BpeTrainer {
    /** How text is cut before merging: contractions, words with the space before them, single digits, marks, line ends. */
    static final String SPLIT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    // The tokenizer's own engine takes \s in its Unicode sense; Java does so only when asked.
    private static final Pattern PIECE = Pattern.compile(SPLIT, Pattern.UNICODE_CHARACTER_CLASS);

    private final BpeSettings settings;

    public BpeTrainer(BpeSettings settings) { this.settings = settings; }

    /**
     * Learns the vocabulary of {@code texts}, which should hold no special tokens.
     *
     * @return a tokenizer of {@code vocabularySize} entries, or of fewer when no pair of tokens repeats any more
     * @throws DataException when the texts hold nothing to learn from
     */
    public BpeTokenizer train(Iterable<String> texts) {
        Map<String, Long> pieces = count(texts);
        if (pieces.isEmpty()) {
            throw new DataException("no text to train a tokenizer from: expected at least one non-empty text");
        }
        List<String> tokens = new ArrayList<>(alphabet().values());
        tokens.sort(null);
        Map<String, Integer> ids = new HashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));

        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        BpeMerger merger = merger(pieces, ids);
        int room = settings.vocabularySize() - settings.specialTokens().size();
        while (tokens.size() < room) {
            Optional<int[]> best = merger.best();
            if (best.isEmpty())
                break;
            String left = tokens.get(best.get()[0]);
            String right = tokens.get(best.get()[1]);
            int merged = ids.computeIfAbsent(left + right, token -> {
                tokens.add(token);
                return tokens.size() - 1;
            });
            merges.add(new BpeTokenizer.Merge(left, right));
            merger.merge(best.get()[0], best.get()[1], merged);
        }
        return new BpeTokenizer(settings, tokens, merges);
    }

    private static Map<String, Long> count(Iterable<String> texts) {
        Map<String, Long> pieces = new TreeMap<>(); // sorted: the result must not hang on hashing
        for (String text : texts) {
            Matcher matcher = PIECE.matcher(Normalizer.normalize(text, Normalizer.Form.NFC));
            while (matcher.find()) {
                pieces.merge(matcher.group(), 1L, Long::sum);
            }
        }
        return pieces;
    }

    private static BpeMerger merger(Map<String, Long> pieces, Map<String, Integer> ids) {
        int[] byteIds = new int[BpeSettings.BYTES];
        alphabet().forEach((value, token) -> byteIds[value] = ids.getOrDefault(token, -1));
        List<int[]> words = new ArrayList<>(pieces.size());
        for (String piece : pieces.keySet()) {
            byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
            int[] word = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                word[i] = byteIds[Byte.toUnsignedInt(bytes[i])];
            }
            words.add(word);
        }
        return new BpeMerger(words, pieces.values().stream().mapToLong(Long::longValue).toArray());
    }

    /**
     * The printable character that stands for each byte in a byte-level vocabulary: itself where it is visible, else one
     * from U+0100 on (the GPT-2 convention).
     */
    static Map<Integer, String> alphabet() {
        Map<Integer, String> characters = new TreeMap<>();
        int next = 0x100;
        for (int value = 0; value < BpeSettings.BYTES; value++) {
            boolean visible = value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
            characters.put(value, Character.toString(visible ? value : next++));
        }
        return characters;
    }
}
