package dev.hone.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A row token by token, for people.
 *
 * @param tokens the tokens in order
 */
public record TokenView(List<Shown> tokens) {
    private static final int HEAD = 160;
    private static final int TAIL = 80;
    private static final String LOSS = "\u001B[1;32m";
    private static final String NO_LOSS = "\u001B[2m";
    private static final String RESET = "\u001B[0m";

    public TokenView {
        tokens = List.copyOf(tokens);
    }

    /**
     * @param text the token's text; its raw form where it is only a part of a character
     * @param trained whether it carries loss
     */
    public record Shown(String text, boolean trained) {}

    /** The tokens of a row. */
    public static TokenView of(Encoded row, Tokenizer tokenizer) {
        List<Shown> tokens = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            tokens.add(new Shown(text(row.ids(), i, tokenizer), row.weight()[i] > 0));
        }
        return new TokenView(tokens);
    }

    /** What a token adds after the one before it: some decoders drop the blank of a token that stands alone. */
    private static String text(int[] ids, int at, Tokenizer tokenizer) {
        String raw = tokenizer.vocabulary().token(ids[at]).orElse("<" + ids[at] + ">");
        if (tokenizer.vocabulary().isSpecial(ids[at])) {
            return raw;
        }
        String before = at == 0 ? "" : tokenizer.decode(new int[]{ids[at - 1]});
        String both = tokenizer.decode(at == 0 ? new int[]{ids[at]} : new int[]{ids[at - 1], ids[at]});
        boolean clear = both.startsWith(before) && both.length() > before.length() && both.indexOf('\uFFFD') < 0;
        return clear ? both.substring(before.length()) : raw;
    }

    /**
     * The row as one line: tokens parted by {@code |}. Those with loss are bold green and the others faint where colours are
     * wanted; else those with loss stand in {@code ⟦ ⟧}. Line breaks and other control characters are shown as signs. The
     * middle of a long row is left out.
     */
    public String render(boolean colours) {
        int head = tokens.size() <= HEAD + TAIL ? tokens.size() : HEAD;
        String text = runs(tokens.subList(0, head), colours);
        return head == tokens.size()
                ? text
                : text + " … " + (tokens.size() - HEAD - TAIL) + " tokens … "
                        + runs(tokens.subList(tokens.size() - TAIL, tokens.size()), colours);
    }

    private static String runs(List<Shown> tokens, boolean colours) {
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < tokens.size();) {
            boolean trained = tokens.get(from).trained();
            int to = from;
            StringBuilder run = new StringBuilder();
            for (; to < tokens.size() && tokens.get(to).trained() == trained; to++) {
                run.append(to == from ? "" : "|").append(visible(tokens.get(to).text()));
            }
            String open = colours ? (trained ? LOSS : NO_LOSS) : trained ? "⟦" : "";
            String close = colours ? RESET : trained ? "⟧" : "";
            text.append(open).append(run).append(close);
            from = to;
        }
        return text.toString();
    }

    /** Data must not steer the terminal: an escape character in a row is shown, not sent. */
    private static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                visible.append('⏎');
            } else if (c < 0x20) {
                visible.append((char) (0x2400 + c));
            } else if (Character.isISOControl(c)) {
                visible.append('\u2421');
            } else {
                visible.append(c);
            }
        }
        return visible.toString();
    }
}
