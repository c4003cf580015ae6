package dev.hone.text;

import java.util.List;

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
}
