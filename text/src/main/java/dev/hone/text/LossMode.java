package dev.hone.text;

/** Which tokens of a sample carry loss. The first token of a row never does: nothing predicts it. */
public enum LossMode {
    /** Every token, also those of the user. */
    ALL,
    /** The last reply of a conversation with its end token; what {@code completion_only_loss} chooses. */
    COMPLETION_ONLY,
    /** Every reply of the assistant with its end token; what {@code assistant_only_loss} chooses. */
    ASSISTANT_ONLY;

    /**
     * What a dataset trains on when nothing is said: every token of plain text, the completion of prompts with completions
     * and of instructions, and the assistant's replies of dialogues.
     *
     * <p>The last differs from TRL, which trains on all turns of a dialogue unless told otherwise: a model that learns to
     * write the user's turns too surprises most people, and nothing shows it.
     */
    public static LossMode defaultFor(Dataset dataset) {
        return switch (dataset.schema().shape()) {
            case MESSAGES -> ASSISTANT_ONLY;
            case PROMPT_COMPLETION, INSTRUCTION, PREFERENCE, JUDGED, RANKED, SCORED, GRADED, SAFETY, STEPS ->
                COMPLETION_ONLY;
            case TEXT -> dataset.samples().stream().anyMatch(Conversation.class::isInstance) ? ASSISTANT_ONLY : ALL;
        };
    }
}
