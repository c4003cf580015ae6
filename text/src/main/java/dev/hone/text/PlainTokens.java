package dev.hone.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** The tokens of texts that no chat template writes: a begin token, a prompt, what follows it, an end token. */
final class PlainTokens {
    private final Tokenizer tokenizer;
    private final int[] leading;
    private final OptionalInt eos;

    PlainTokens(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.leading = leading(tokenizer);
        this.eos = tokenizer.vocabulary().eos();
    }

    /** The special tokens that the tokenizer puts before a text. */
    int[] leading() { return leading.clone(); }

    /** A text from its beginning on, with the special tokens that stand before it. */
    int[] prompt(String text) {
        return concat(leading, tokenizer.encode(text));
    }

    /**
     * The tokens of a completion as they follow the prompt's own tokens, which is what the model sees when it is used. Where
     * the whole text happens to begin with the prompt's tokens the rest is taken from it, since some tokenizers put a blank
     * before a text of its own; where a token would straddle the boundary the completion is encoded alone.
     *
     * @param promptIds what {@link #prompt} made of the prompt
     */
    int[] completion(String prompt, int[] promptIds, String completion) {
        int[] joined = concat(leading, tokenizer.encode(prompt + completion));
        return startsWith(joined, promptIds)
                ? Arrays.copyOfRange(joined, promptIds.length, joined.length)
                : tokenizer.encode(completion);
    }

    int[] withEnd(int[] ids) {
        return eos.isEmpty() || ids.length > 0 && ids[ids.length - 1] == eos.getAsInt()
                ? ids
                : concat(ids, new int[]{eos.getAsInt()});
    }

    static boolean startsWith(int[] ids, int[] start) {
        return ids.length >= start.length && Arrays.equals(ids, 0, start.length, start, 0, start.length);
    }

    static int[] concat(int[] left, int[] right) {
        int[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static int[] leading(Tokenizer tokenizer) {
        int[] bare = tokenizer.encode("a");
        int[] dressed = tokenizer.encodeWithSpecialTokens("a");
        List<Integer> leading = new ArrayList<>();
        for (int i = 0; i + bare.length <= dressed.length; i++) {
            if (Arrays.equals(dressed, i, i + bare.length, bare, 0, bare.length)) {
                return leading.stream().mapToInt(Integer::intValue).toArray();
            }
            leading.add(dressed[i]);
        }
        return new int[0];
    }
}
