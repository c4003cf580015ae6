package dev.hone.text;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes what a model is to continue, exactly as an {@link Encoder} writes it in training: with a chat template the
 * conversation and the opening of a reply, without one the plain text behind the tokenizer's begin token.
 */
public final class PromptEncoder {
    private final Tokenizer tokenizer;
    private final Optional<ConversationRenderer> renderer;
    private final int[] leading;

    /** @param template that the model was taught with; empty where texts are continued as they are */
    public PromptEncoder(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        this.tokenizer = tokenizer;
        this.renderer = template.map(ConversationRenderer::of);
        this.leading = new PlainTokens(tokenizer).leading();
    }

    /** Whether conversations have a form; if not, each prompt stands alone. */
    public boolean isChat() {
        return renderer.isPresent();
    }

    /** A plain text: the user's turn where there is a template. */
    public int[] encode(String prompt) {
        return encode(List.of(Message.user(prompt)));
    }

    /**
     * Turns to answer.
     *
     * @throws TemplateException if the template refuses them
     * @throws DataException for several turns without a template
     */
    public int[] encode(List<Message> messages) { return encode(new Conversation(messages)); }

    /**
     * Turns to answer, with the tools that may be called.
     *
     * @throws TemplateException if the template refuses them
     * @throws DataException for several turns, or tools, without a template
     */
    public int[] encode(Conversation conversation) {
        List<Message> messages = conversation.messages();
        if (renderer.isPresent()) {
            ConversationRenderer with = conversation.tools().isEmpty()
                    ? renderer.get()
                    : renderer.get().withTools(conversation.tools());
            return tokenizer.encode(with.render(messages, true).text());
        }
        if (!conversation.tools().isEmpty()) {
            throw new DataException(conversation.tools().size() + " tools need a chat template that writes them, and"
                    + " there is none: choose one with chat_template");
        }
        if (messages.size() != 1) {
            throw new DataException("a dialogue of " + messages.size() + " turns ("
                    + messages.stream().map(message -> message.role().text()).limit(8).collect(Collectors.joining(", "))
                    + ") needs a chat template, and there is none: expected a single prompt, or a template such as "
                    + String.join(", ", ChatTemplate.names()) + " in chat_template");
        }
        int[] text = tokenizer.encode(messages.getFirst().content());
        int[] ids = Arrays.copyOf(leading, leading.length + text.length);
        System.arraycopy(text, 0, ids, leading.length, text.length);
        return ids;
    }
}
