package dev.hone.text;

import java.util.ArrayList;
import java.util.List;

/** A small template for tests: each turn is its role, a line break, the text, the end token and a line break. */
record TestRenderer(String end, Marks marks) implements ConversationRenderer {
    enum Marks {
        NONE, WITH_END, WITHOUT_END, WITH_END_AND_BREAK
    }

    static TestRenderer of(Tokenizer tokenizer, Marks marks) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        return new TestRenderer(vocabulary.token(vocabulary.eos().orElseThrow()).orElseThrow(), marks);
    }

    @Override
    public RenderedText render(List<Message> messages, boolean addGenerationPrompt) {
        StringBuilder text = new StringBuilder();
        List<Span> generated = new ArrayList<>();
        for (Message message : messages) {
            text.append(message.role().text()).append('\n');
            int start = text.length();
            text.append(message.content());
            int content = text.length();
            text.append(end).append('\n');
            if (message.role() == Role.ASSISTANT && marks != Marks.NONE) {
                generated.add(new Span(start, switch (marks) {
                    case WITHOUT_END -> content;
                    case WITH_END -> content + end.length();
                    default -> text.length();
                }));
            }
        }
        return new RenderedText(text + (addGenerationPrompt ? "assistant\n" : ""), generated);
    }

    @Override
    public boolean marksGeneration() { return marks != Marks.NONE; }
}
