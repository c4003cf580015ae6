package dev.hone.text;

import java.util.Arrays;
import java.util.stream.Collectors;

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
    TEXT("text", "{\"text\": \"…\"}");

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

    static String examples() {
        return Arrays.stream(values()).map(Shape::example).collect(Collectors.joining("\n  ", "\n  ", ""));
    }
}
