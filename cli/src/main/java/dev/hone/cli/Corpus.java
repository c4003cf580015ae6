package dev.hone.cli;

import dev.hone.text.Conversation;
import java.util.List;

/**
 * Texts about a little world, for making a language model from scratch.
 *
 * @param documents texts to pre-train on: stories and lessons
 * @param instructions conversations to fine-tune on, each ending with the assistant's reply
 * @param heldOut conversations of the same form whose prompts occur nowhere else; about half ask for a fact that the
 *     instructions never ask for, so that its answer can only come from the documents
 */
record Corpus(List<String> documents, List<Conversation> instructions, List<Conversation> heldOut) {
    Corpus {
        documents = List.copyOf(documents);
        instructions = List.copyOf(instructions);
        heldOut = List.copyOf(heldOut);
    }
}
