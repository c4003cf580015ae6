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

    /**
     * The replies among the turns from one on, as they stand behind a place of the text.
     *
     * @param first the first turn that is looked at
     * @param place where the text of these turns begins
     */
    List<Span> from(int first, int place) {
        List<Span> spans = new ArrayList<>();
        if (renderer.marksGeneration()) {
            rendered.generated().stream().filter(span -> span.end() > place)
                    .forEach(span -> spans.add(new Span(Math.max(place, span.start()), span.end())));
            return spans;
        }
        for (int i = first; i < messages.size(); i++) {
            if (messages.get(i).role() == Role.ASSISTANT) {
                Span span = i == first ? new Span(place, end(i)) : added(i);
                spans.add(new Span(Math.max(place, span.start()), span.end()));
            }
        }
        return spans;
    }

    private int end(int index) {
        return index == messages.size() - 1
                ? rendered.text().length()
                : Math.min(rendered.text().length(), added(index).end());
    }

    private Span added(int index) {
        String withReply = index == messages.size() - 1
                ? rendered.text()
                : renderer.render(messages.subList(0, index + 1), false).text();
        if (!rendered.text().startsWith(withReply)) {
            throw new DataException("the chat template writes message " + (index + 1)
                    + " and those before it differently once later turns follow, so that its words cannot be told from the rest; "
                    + "expected a template whose text only grows, or one with generation marks: put {% generation %} … {% endgeneration %} "
                    + "around what the assistant writes, its end token included, or train on the last reply alone (completion_only_loss)");
        }
        String prompt = prompt(index);
        return new Span(withReply.startsWith(prompt) ? prompt.length() : header(index, withReply), withReply.length());
    }

    private String prompt(int index) {
        try {
            return renderer.render(messages.subList(0, index), true).text();
        } catch (TemplateException e) {
            if (index > 0) {
                throw e;
            }
            return ""; // many templates cannot write a conversation without messages
        }
    }

    /**
     * Where the reply begins although the generation prompt is no part of the text, as with templates that open a reply with a
     * thinking block which they leave out later: what two different replies have in common before them.
     */
    private int header(int index, String withReply) {
        String opening = opening(index);
        if (!withReply.startsWith(opening)) {
            throw new DataException("the chat template writes what stands before message " + (index + 1)
                    + " differently for different replies, so that the reply cannot be told from the rest; "
                    + "expected a template with generation marks: put {% generation %} … {% endgeneration %} around what the assistant writes");
        }
        return opening.length();
    }

    /** What two different replies at a place have in common before them. */
    String opening(int index) {
        String one = withContent(index, "a");
        String other = withContent(index, "b");
        int length = 0;
        while (length < Math.min(one.length(), other.length()) && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return one.substring(0, length);
    }

    private String withContent(int index, String content) {
        List<Message> changed = new ArrayList<>(messages.subList(0, index));
        changed.add(new Message(Role.ASSISTANT, content, messages.get(index).extras()));
        return renderer.render(changed, false).text();
    }
}
