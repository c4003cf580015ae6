package dev.hone.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the assistant's replies stand in a rendered conversation: from the template's generation marks where it has them,
 * else from what the text gains when a reply is rendered after its prompt.
 */
final class ReplySpans {
    private final ConversationRenderer renderer;
    private final List<Message> messages;
    private final RenderedText rendered;

    ReplySpans(ConversationRenderer renderer, List<Message> messages, RenderedText rendered) {
        this.renderer = renderer;
        this.messages = messages;
        this.rendered = rendered;
    }

    /** The replies of all assistant turns, in order. */
    List<Span> all() {
        if (renderer.marksGeneration()) {
            return rendered.generated();
        }
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).role() == Role.ASSISTANT) {
                spans.add(added(i));
            }
        }
        return spans;
    }

    /** The last reply; none where the conversation does not end with one. */
    List<Span> last() {
        int last = messages.size() - 1;
        if (messages.get(last).role() != Role.ASSISTANT) {
            return List.of();
        }
        if (!renderer.marksGeneration()) {
            return List.of(added(last));
        }
        List<Span> marked = rendered.generated();
        String before = last == 0 ? "" : renderer.render(messages.subList(0, last), false).text();
        if (rendered.text().startsWith(before)) { // one reply may have several marked parts
            return marked.stream().filter(span -> span.start() >= before.length()).toList();
        }
        return marked.subList(Math.max(0, marked.size() - 1), marked.size());
    }

    private Span added(int index) {
        String prompt = index == 0 ? "" : renderer.render(messages.subList(0, index), true).text();
        String withReply = index == messages.size() - 1
                ? rendered.text()
                : renderer.render(messages.subList(0, index + 1), false).text();
        if (!withReply.startsWith(prompt) || !rendered.text().startsWith(withReply)) {
            throw new DataException("the chat template renders the turns before message " + (index + 1)
                    + " differently once later turns follow, so that the assistant's words cannot be told from the rest; "
                    + "expected a template whose text only grows, or one with generation marks: put {% generation %} … {% endgeneration %} "
                    + "around what the assistant writes, its end token included, or train on all tokens");
        }
        return new Span(prompt.length(), withReply.length());
    }
}
