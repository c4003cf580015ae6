package dev.hone.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Renders turns with the marks of a {@link DialogueFormat}; a system message stands before the first mark. */
final class DialogueRenderer implements ConversationRenderer {
    private final DialogueFormat format;
    private final String begin;
    private final String end;

    DialogueRenderer(DialogueFormat format, Tokenizer tokenizer) {
        if (format == DialogueFormat.NONE) {
            throw new DataException(
                    "dialogue format none cannot write a conversation: expected hh or hashes, or a chat template");
        }
        Vocabulary vocabulary = tokenizer.vocabulary();
        this.format = format;
        this.end = vocabulary.eos().stream().mapToObj(vocabulary::token).flatMap(Optional::stream).findFirst()
                .orElseThrow(() -> new DataException("the tokenizer names no eos_token, so that a reply in the format "
                        + format.name().toLowerCase(Locale.ROOT)
                        + " could not end: set eos_token in tokenizer_config.json"));
        int[] around = tokenizer.encodeWithSpecialTokens("");
        boolean begins = around.length > 0 && vocabulary.bos().isPresent() && around[0] == vocabulary.bos().getAsInt();
        this.begin = begins ? vocabulary.token(around[0]).orElse("") : "";
    }

    @Override
    public RenderedText render(List<Message> messages, boolean addGenerationPrompt) {
        StringBuilder text = new StringBuilder(begin);
        List<Span> generated = new ArrayList<>();
        for (Message message : messages) {
            if (message.role() == Role.SYSTEM && text.length() == begin.length()) {
                text.append(message.content());
                continue;
            }
            text.append(format.mark(message.role()).orElseThrow(() -> new TemplateException("a " + message.role().text()
                    + " message has no place in the dialogue format " + format.name().toLowerCase(Locale.ROOT)
                    + ": expected user and assistant turns, or use a chat template")));
            int start = text.length();
            text.append(' ').append(message.content());
            if (message.role() == Role.ASSISTANT) {
                text.append(end);
                generated.add(new Span(start, text.length()));
            }
        }
        if (addGenerationPrompt) {
            text.append(format.mark(Role.ASSISTANT).orElse(""));
        }
        return new RenderedText(text.toString(), generated);
    }

    @Override
    public boolean marksGeneration() { return true; }
}
