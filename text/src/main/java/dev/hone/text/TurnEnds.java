package dev.hone.text;

import java.util.OptionalInt;

/** Tells whether a row teaches a model to stop: whether the last token with loss, blanks aside, is an end token. */
final class TurnEnds {
    private final Tokenizer tokenizer;
    private final Vocabulary vocabulary;

    TurnEnds(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.vocabulary = tokenizer.vocabulary();
    }

    boolean endsTurn(Encoded row) {
        int last = row.lastTrained();
        while (last > 0 && row.weight()[last] > 0 && !vocabulary.isSpecial(row.ids()[last])
                && tokenizer.decode(new int[]{row.ids()[last]}).isBlank()) {
            last--;
        }
        return last >= 0 && row.weight()[last] > 0 && isEnd(row.ids()[last]);
    }

    /** The end token, or another special token such as an end of turn: all but those that begin a text or stand for the unknown. */
    private boolean isEnd(int id) {
        return is(vocabulary.eos(), id)
                || vocabulary.isSpecial(id) && !is(vocabulary.bos(), id) && !is(vocabulary.unk(), id);
    }

    private static boolean is(OptionalInt special, int id) { return special.isPresent() && special.getAsInt() == id; }
}
