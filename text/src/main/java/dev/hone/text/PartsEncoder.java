package dev.hone.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes a prompt and the answers to it as tokens: with a chat template where both are turns, else as text. */
final class PartsEncoder {
    private final Tokenizer tokenizer;
    private final @Nullable ConversationRenderer renderer;
    private final PlainTokens plain;

    PartsEncoder(Tokenizer tokenizer, @Nullable ConversationRenderer renderer) {
        this.tokenizer = tokenizer;
        this.renderer = renderer;
        this.plain = new PlainTokens(tokenizer);
    }

    /** The tokens of a prompt and of answers to it; the prompt's are the same before every answer. */
    PromptParts encode(Passage prompt, List<Passage> answers) {
        boolean turns = prompt instanceof Passage.Dialogue
                && answers.stream().allMatch(Passage.Dialogue.class::isInstance);
        if (turns && renderer != null) {
            return rendered(messages(prompt), answers.stream().map(PartsEncoder::messages).toList(), renderer);
        }
        String text = singleTurn(prompt, Role.USER);
        int[] ids = plain.prompt(text);
        return new PromptParts(ids, answers.stream().map(answer -> PromptParts.Answer.whole(
                plain.withEnd(plain.completion(text, ids, singleTurn(answer, Role.ASSISTANT))))).toList(), false);
    }

    private static List<Message> messages(Passage passage) {
        return passage instanceof Passage.Dialogue dialogue ? dialogue.messages() : List.of();
    }

    /** A text, or the only turn of a dialogue: more than one needs a template. */
    private static String singleTurn(Passage passage, Role role) {
        List<Message> turns = messages(passage);
        if (turns.size() > 1 || turns.size() == 1 && turns.getFirst().role() != role) {
            throw new DataException((role == Role.USER ? "a prompt" : "an answer") + " of " + turns.size()
                    + " turns (the first of the " + turns.getFirst().role().text()
                    + ") needs a chat template, and the model has none: expected one text; give the run a chat template, "
                    + "for example a built-in one");
        }
        return passage.text();
    }

    private PromptParts rendered(List<Message> prompt, List<List<Message>> answers, ConversationRenderer with) {
        RenderedPrompt texts = RenderedPrompt.of(prompt, answers, with);
        int[] ids = tokenizer.encode(texts.prompt());
        List<PromptParts.Answer> parts = IntStream.range(0, answers.size())
                .mapToObj(i -> answer(texts, i, ids)).toList();
        return new PromptParts(ids, parts, false);
    }

    /** An answer's own tokens: what follows the prompt's in the whole text where that begins with them. */
    private PromptParts.Answer answer(RenderedPrompt texts, int index, int[] promptIds) {
        String whole = texts.wholes().get(index).text();
        int from = texts.prompt().length();
        TokenSpans tokens = tokenizer.encodeWithSpans(whole);
        if (PlainTokens.startsWith(tokens.ids(), promptIds)) {
            float[] weight = new SpanWeights(whole, tokens, tokenizer.vocabulary()).of(texts.replies(index),
                    texts.marked());
            return new PromptParts.Answer(Arrays.copyOfRange(tokens.ids(), promptIds.length, tokens.size()),
                    Arrays.copyOfRange(weight, promptIds.length, weight.length));
        }
        String rest = whole.substring(from);
        List<Span> replies = new ArrayList<>();
        texts.replies(index).forEach(span -> replies.add(new Span(span.start() - from, span.end() - from)));
        TokenSpans own = tokenizer.encodeWithSpans(rest);
        float[] weight = new SpanWeights(rest, own, tokenizer.vocabulary()).of(replies, texts.marked());
        if (weight.length > 0 && !replies.isEmpty() && replies.getFirst().start() < own.ends()[0]) {
            weight[0] = 1; // the prompt's last token predicts it
        }
        return new PromptParts.Answer(own.ids(), weight);
    }

    /** Plain text with the tokenizer's begin token before it. */
    int[] promptAlone(Passage prompt) {
        if (renderer == null || !(prompt instanceof Passage.Dialogue)) {
            return plain.prompt(singleTurn(prompt, Role.USER));
        }
        return tokenizer.encode(renderer.render(messages(prompt), true).text());
    }
}
