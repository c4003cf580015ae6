package dev.hone.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Continuing the last message, as {@code continue_final_message} of transformers 5: a tag is put behind the last content,
 * and the text is cut where the tag comes out.
 */
final class ChatTemplateContinuation {
    private static final String TAG = "CONTINUE_FINAL_MESSAGE_TAG ";
    private static final String STRIPPED_TAG = TAG.strip();

    private final List<Map<String, Object>> messages;
    private final String content;

    private ChatTemplateContinuation(List<Map<String, Object>> messages, String content) {
        this.messages = messages;
        this.content = content;
    }

    static ChatTemplateContinuation of(List<? extends Map<String, ?>> messages) {
        if (messages.isEmpty()) {
            throw new TemplateException("there is no last message to continue: the conversation is empty");
        }
        Map<String, Object> last = new LinkedHashMap<>(messages.getLast());
        String content = mark(last);
        List<Map<String, Object>> marked = new ArrayList<>();
        messages.subList(0, messages.size() - 1).forEach(message -> marked.add(new LinkedHashMap<>(message)));
        marked.add(last);
        return new ChatTemplateContinuation(marked, content);
    }

    /** Puts the tag behind the text of a message; gives that text. */
    private static String mark(Map<String, Object> message) {
        @Nullable
        Object content = message.get("content");
        if (content instanceof String text) {
            message.put("content", text + TAG);
            return text;
        }
        if (content instanceof List<?> parts) {
            List<Object> marked = new ArrayList<>(parts);
            for (int i = parts.size() - 1; i >= 0; i--) {
                if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String text) {
                    Map<Object, Object> tagged = new LinkedHashMap<>(part);
                    tagged.put("text", text + TAG);
                    marked.set(i, tagged);
                    message.put("content", marked);
                    return text;
                }
            }
        }
        throw new TemplateException("the last message has no text to continue: its content is "
                + (content instanceof List ? "a list without a text part" : content == null ? "null" : "no text"));
    }

    List<Map<String, Object>> messages() { return messages; }

    RenderedText cut(RenderedText rendered) {
        String text = rendered.text();
        int at = text.lastIndexOf(STRIPPED_TAG);
        if (at < 0 || !text.contains(JinjaStrings.strip(content))) {
            throw new TemplateException("the chat template does not print the last message as it is, so it cannot be "
                    + "continued: render without continueFinalMessage, or change the template");
        }
        String kept = text.substring(0, at);
        if (!text.startsWith(TAG, at)) {
            kept = JinjaStrings.strip(kept, JinjaStrings::isSpace, false, true);
        }
        int end = kept.length();
        return new RenderedText(kept, rendered.generated().stream().filter(span -> span.start() < end)
                .map(span -> new Span(span.start(), Math.min(span.end(), end))).toList());
    }
}
