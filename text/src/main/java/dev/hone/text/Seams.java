package dev.hone.text;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where prompts and completions meet when no template stands between them. */
public final class Seams {
    private static final double MOST = 0.5;

    private Seams() {}

    /** A warning when most prompts run into their completions without a blank between the words; empty where all is well. */
    public static Optional<String> warning(Dataset dataset) {
        List<Conversation> pairs = dataset.samples().stream().filter(Conversation.class::isInstance)
                .map(Conversation.class::cast).filter(pair -> pair.messages().size() == 2).toList();
        Optional<Conversation> first = pairs.stream().filter(Seams::bare).findFirst();
        long bare = pairs.stream().filter(Seams::bare).count();
        if (first.isEmpty() || bare <= MOST * pairs.size()) {
            return Optional.empty();
        }
        return Optional.of(String.format(Locale.ROOT,
                "%,d of %,d completions follow their prompt without a blank or line break, as in \"%s\": without a chat"
                        + " template both are joined as they are; begin the completions with a blank, or choose a"
                        + " chat_template",
                bare, pairs.size(), shown(first.get())));
    }

    private static boolean bare(Conversation pair) {
        String prompt = pair.messages().getFirst().content();
        String completion = pair.messages().getLast().content();
        return !prompt.isEmpty() && !completion.isEmpty()
                && !Character.isWhitespace(prompt.codePointBefore(prompt.length()))
                && !Character.isWhitespace(completion.codePointAt(0));
    }

    private static String shown(Conversation pair) {
        int[] before = pair.messages().getFirst().content().codePoints().toArray();
        int[] after = pair.messages().getLast().content().codePoints().toArray();
        int from = Math.max(0, before.length - 20);
        String text = (from > 0 ? "…" : "") + new String(before, from, before.length - from)
                + new String(after, 0, Math.min(20, after.length)) + (after.length > 20 ? "…" : "");
        return text.replaceAll("\\R", "⏎");
    }
}
