package dev.hone.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A prompt and the answers to it as a chat template writes them. The prompt ends where the first word of an answer begins,
 * so that its text is the same for all of them.
 *
 * @param prompt the text that every whole begins with
 * @param wholes the text of the prompt with each answer
 * @param conversations the turns of each whole
 * @param turns how many turns the prompt has
 * @param renderer the template
 */
record RenderedPrompt(String prompt, List<RenderedText> wholes, List<List<Message>> conversations, int turns,
        ConversationRenderer renderer) {
    static RenderedPrompt of(List<Message> prompt, List<List<Message>> answers, ConversationRenderer renderer) {
        List<List<Message>> conversations = new ArrayList<>();
        List<RenderedText> wholes = new ArrayList<>();
        for (List<Message> answer : answers) {
            List<Message> conversation = new ArrayList<>(prompt);
            conversation.addAll(answer);
            conversations.add(conversation);
            wholes.add(renderer.render(conversation, false));
        }
        boolean replies = answers.stream().allMatch(answer -> answer.getFirst().role() == Role.ASSISTANT);
        List<String> candidates = new ArrayList<>();
        if (!prompt.isEmpty()) {
            candidates.add(renderer.render(prompt, replies).text());
        }
        if (replies) {
            candidates
                    .add(new ReplySpans(renderer, conversations.getFirst(), wholes.getFirst()).opening(prompt.size()));
        } else if (prompt.isEmpty()) {
            candidates.add("");
        }
        String start = candidates.stream()
                .filter(text -> wholes.stream().allMatch(whole -> whole.text().startsWith(text))).findFirst()
                .orElseThrow(() -> new DataException(
                        "the chat template writes the prompt differently for different answers, "
                                + "so that prompt and answer cannot be told apart; expected a template whose text only grows, "
                                + "or choose another one with chat_template"));
        return new RenderedPrompt(start, wholes, conversations, prompt.size(), renderer);
    }

    boolean marked() { return renderer.marksGeneration(); }

    /** What the assistant wrote in an answer, as ranges of the whole text. */
    List<Span> replies(int index) {
        List<Span> spans = new ReplySpans(renderer, conversations.get(index), wholes.get(index)).from(turns,
                prompt.length());
        return spans.stream().filter(span -> span.length() > 0).toList();
    }

    /** The text of an answer: what the whole has behind the prompt. */
    String answer(int index) {
        return wholes.get(index).text().substring(prompt.length());
    }
}
