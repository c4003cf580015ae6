package dev.hone.text;

/** What the rows of a dataset are, whatever their columns are called. */
public enum Shape {
    /** Turns of a dialogue. */
    MESSAGES("messages",
            "{\"messages\": [{\"role\": \"user\", \"content\": \"…\"}, {\"role\": \"assistant\", \"content\": \"…\"}]}"),
    /** A prompt and what should follow it. */
    PROMPT_COMPLETION("prompt + completion", "{\"prompt\": \"…\", \"completion\": \"…\"}"),
    /** An instruction with or without an input, and the output. */
    INSTRUCTION("instruction", "{\"instruction\": \"…\", \"input\": \"…\", \"output\": \"…\"}"),
    /** Text to continue. */
    TEXT("text", "{\"text\": \"…\"}"),
    /** A better and a worse answer; without a prompt both are whole dialogues or texts that begin alike. */
    PREFERENCE("preference pair", "{\"prompt\": \"…\", \"chosen\": \"…\", \"rejected\": \"…\"}"),
    /** An answer and whether it is one to give. */
    JUDGED("judged answer", "{\"prompt\": \"…\", \"completion\": \"…\", \"label\": true}"),
    /** Answers, best first. */
    RANKED("ranked answers", "{\"prompt\": \"…\", \"answers\": [\"best\", …, \"worst\"]}"),
    /** Answers with a score each. */
    SCORED("scored answers", "{\"prompt\": \"…\", \"responses\": [\"…\", \"…\"], \"scores\": [0.7, -0.1]}"),
    /** A text with a score or class. */
    GRADED("text with a score", "{\"text\": \"…\", \"score\": 0.7}"),
    /** Two answers compared for help and for harm. */
    SAFETY("safety pair",
            "{\"prompt\": \"…\", \"response_0\": \"…\", \"response_1\": \"…\", \"better_response_id\": 0, "
                    + "\"safer_response_id\": 1, \"is_response_0_safe\": false, \"is_response_1_safe\": true}"),
    /** A solution in judged steps. */
    STEPS("judged steps", "{\"prompt\": \"…\", \"completions\": [\"step 1\", \"step 2\"], \"labels\": [true, false]}");

    private final String title;
    private final String example;

    Shape(String title, String example) {
        this.title = title;
        this.example = example;
    }

    /** The name that is shown. */
    public String title() { return title; }

    /** A row of this shape. */
    public String example() { return example; }
}
