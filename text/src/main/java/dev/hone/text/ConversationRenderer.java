package dev.hone.text;

import java.util.List;
import java.util.Map;

/** Writes a conversation as the one text that a model reads: a chat template. */
public interface ConversationRenderer {
    /**
     * The text of some messages, ready for a tokenizer that adds no special tokens.
     *
     * @param messages the turns in order
     * @param addGenerationPrompt whether the text ends by opening the assistant's next turn
     * @throws TemplateException if the template refuses the conversation
     */
    RenderedText render(List<Message> messages, boolean addGenerationPrompt);

    /** Whether {@link RenderedText#generated()} tells what the assistant wrote. */
    boolean marksGeneration();

    /**
     * The same with other tools, those of one conversation.
     *
     * @param tools JSON descriptions of the functions that the model may call
     * @throws TemplateException where there is no place for tools
     */
    default ConversationRenderer withTools(List<?> tools) {
        throw new TemplateException("found " + tools.size() + " tools, expected none: only chat templates write them");
    }

    /** Renders with a chat template alone. */
    static ConversationRenderer of(ChatTemplate template) {
        return of(template, List.of(), Map.of());
    }

    /**
     * Renders with a chat template, and with the same tools and variables for every conversation.
     *
     * @param tools JSON descriptions of the functions that the model may call
     * @param variables further variables of the template, such as {@code enable_thinking}
     */
    static ConversationRenderer of(ChatTemplate template, List<?> tools,
            Map<String, Object> variables) {
        return new TemplateRenderer(template, tools, variables);
    }
}
