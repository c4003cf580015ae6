package dev.hone.text;

import java.util.List;

/**
 * Carries spans of a text over to its tokens. A token carries loss when any of its characters lies in a span, so that a token
 * that straddles the boundary between prompt and reply is learned rather than lost.
 */
final class SpanWeights {
    private final String text;
    private final TokenSpans tokens;
    private final Vocabulary vocabulary;
    private final float[] weight;

    SpanWeights(String text, TokenSpans tokens, Vocabulary vocabulary) {
        this.text = text;
        this.tokens = tokens;
        this.vocabulary = vocabulary;
        this.weight = new float[tokens.size()];
    }

    /**
     * @param spans what the assistant wrote, in order
     * @param marked whether the template marked the spans. Marks are taken as they are, and the end token right after one
     *     belongs to it where the template left it outside; spans found by rendering reach to the next turn, and the blanks
     *     after the end token do not count
     */
    float[] of(List<Span> spans, boolean marked) {
        int from = 0;
        for (Span span : spans) {
            while (from < tokens.size() && tokens.ends()[from] <= span.start()) {
                from++;
            }
            int to = from;
            while (to < tokens.size() && tokens.starts()[to] < span.end()) {
                weight[to++] = 1;
            }
            if (to > from && marked) {
                takeEndToken(from, to, span);
            } else if (to > from) {
                dropBlanksAfterEndToken(from, to);
            }
            from = Math.max(from, to - 1); // a token on the boundary may belong to the next span too
        }
        if (weight.length > 0) {
            weight[0] = 0;
        }
        return weight;
    }

    private void takeEndToken(int from, int to, Span span) {
        boolean ended = vocabulary.isSpecial(tokens.ids()[lastWritten(from, to)]);
        if (!ended && to < tokens.size() && tokens.starts()[to] == span.end()
                && vocabulary.isSpecial(tokens.ids()[to])) {
            weight[to] = 1;
        }
    }

    private void dropBlanksAfterEndToken(int from, int to) {
        int last = lastWritten(from, to);
        if (vocabulary.isSpecial(tokens.ids()[last])) {
            for (int i = last + 1; i < to; i++) {
                weight[i] = 0;
            }
        }
    }

    /** The last token of a range that is not blank; the first one where all are. */
    private int lastWritten(int from, int to) {
        int last = to - 1;
        while (last > from && text.substring(tokens.starts()[last], tokens.ends()[last]).isBlank()) {
            last--;
        }
        return last;
    }
}
