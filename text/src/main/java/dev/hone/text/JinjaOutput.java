package dev.hone.text;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * What a template prints, with the ranges of its generation blocks. A macro or set block prints into a buffer of its own;
 * when its text is printed later, its ranges come along.
 */
final class JinjaOutput {
    private record Marks(List<Span> spans, int line) {}

    private static final class Buffer {
        private final StringBuilder text = new StringBuilder();
        private final List<Span> spans = new ArrayList<>();
        private int generations;
        private int generationStart;
        private int line;
    }

    private final JinjaBudget budget;
    private final IdentityHashMap<String, Marks> captured = new IdentityHashMap<>();
    private final IdentityHashMap<String, Marks> unprinted = new IdentityHashMap<>();
    private Buffer buffer = new Buffer();

    JinjaOutput(JinjaBudget budget) { this.budget = budget; }

    void print(String text) {
        Marks marks = captured.isEmpty() ? null : captured.get(text);
        if (marks != null) {
            unprinted.remove(text);
            if (buffer.generations == 0) {
                int shift = buffer.text.length();
                marks.spans().forEach(span -> buffer.spans.add(new Span(span.start() + shift, span.end() + shift)));
                buffer.line = marks.line();
            }
        }
        budget.append(buffer.text, text);
    }

    void beginGeneration(int line) {
        if (buffer.generations++ == 0) {
            buffer.generationStart = buffer.text.length();
            buffer.line = line;
        }
    }

    void endGeneration() {
        if (--buffer.generations == 0 && buffer.text.length() > buffer.generationStart) {
            buffer.spans.add(new Span(buffer.generationStart, buffer.text.length()));
        }
    }

    /** What a piece of work prints, as a text of its own. */
    String capture(Runnable work) {
        Buffer outer = buffer;
        buffer = new Buffer();
        work.run();
        String text = buffer.text.toString();
        if (!buffer.spans.isEmpty()) {
            Marks marks = new Marks(List.copyOf(buffer.spans), buffer.line);
            captured.put(text, marks);
            unprinted.put(text, marks);
        }
        buffer = outer;
        return text;
    }

    /** The whole text. Fails when text of a generation block came into it, or may have, in a way that lost its place. */
    RenderedText rendered() {
        for (Marks lost : unprinted.values()) {
            throw JinjaLexer.error(lost.line(),
                    "the place of this generation block is lost, because the text of the macro or "
                            + "set block around it is changed before it is printed: print it as it is");
        }
        return new RenderedText(buffer.text.toString(), buffer.spans);
    }
}
