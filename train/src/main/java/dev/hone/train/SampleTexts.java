package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.rollout.Support;
import dev.hone.text.ChatTemplate;
import dev.hone.text.Conversation;
import dev.hone.text.Document;
import dev.hone.text.Labelled;
import dev.hone.text.Message;
import dev.hone.text.Passage;
import dev.hone.text.Role;
import dev.hone.text.Sample;
import dev.hone.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A few prompts and what a model makes of them, greedily, so that before and after can be compared. */
public final class SampleTexts implements Lesson.Samples<Decoder> {
    private static final int NEW_TOKENS = 64;
    private static final int LONGEST_PROMPT = 256;

    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final List<String> shown = new ArrayList<>();
    private final List<int[]> prompts = new ArrayList<>();

    public SampleTexts(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /** Takes prompts from samples, spread evenly, leaving out those too long to show. */
    public SampleTexts from(List<Sample> samples, int wanted) {
        int stride = Math.max(1, samples.size() / Math.max(1, wanted));
        for (int i = 0; i < samples.size() && prompts.size() < wanted; i += stride) {
            switch (samples.get(i)) {
                case Conversation conversation -> conversation(conversation);
                case Document document -> text(opening(document.text()));
                case Labelled labelled -> prompt(labelled.prompt());
            }
        }
        return this;
    }

    /** Takes prompts of the data, spread evenly, leaving out those too long to show. */
    SampleTexts fromPrompts(List<PromptRow> rows, int wanted) {
        int stride = Math.max(1, rows.size() / Math.max(1, wanted));
        for (int i = 0; i < rows.size() && prompts.size() < wanted; i += stride) {
            add(rows.get(i).text(), rows.get(i).ids());
        }
        return this;
    }

    private static String opening(String text) {
        String[] words = text.strip().split("(?<=\\s)", 9);
        return String.join("", List.of(words).subList(0, Math.min(8, words.length))).strip();
    }

    private void prompt(Passage prompt) {
        switch (prompt) {
            case Passage.Plain plain -> text(plain.text());
            case Passage.Dialogue dialogue -> {
                if (!dialogue.messages().isEmpty()) {
                    turns(new Conversation(dialogue.messages()));
                }
            }
        }
    }

    private void conversation(Conversation conversation) {
        List<Message> messages = conversation.messages();
        int reply = 0;
        while (reply < messages.size() && messages.get(reply).role() != Role.ASSISTANT) {
            reply++;
        }
        if (reply == 0) {
            return;
        }
        turns(new Conversation(messages.subList(0, reply), conversation.tools()));
    }

    private void turns(Conversation before) {
        String last = before.messages().getLast().content();
        if (template.isPresent()) {
            ChatTemplate.Options options = new ChatTemplate.Options(true, false, before.tools(), Map.of());
            add(last, tokenizer.encode(template.get().render(before.messages(), options).text()));
        } else {
            text(last);
        }
    }

    private void text(String text) { add(text, tokenizer.encodeWithSpecialTokens(text)); }

    private void add(String text, int[] ids) {
        if (ids.length > 0 && ids.length <= LONGEST_PROMPT) {
            shown.add(text);
            prompts.add(ids);
        }
    }

    /** The prompts as a reader sees them. */
    @Override
    public List<String> prompts() { return List.copyOf(shown); }

    /** The model's greedy continuations, in the order of the prompts. */
    @Override
    public List<String> answers(Decoder model) { return answers(model, Constraint.NONE); }

    /** As {@link #answers(Decoder)}, drawn by what a constraint makes of the model's scores. */
    List<String> answers(Decoder model, Constraint constraint) {
        if (prompts.isEmpty()) {
            return List.of();
        }
        Generation generation = new Generation(NEW_TOKENS, 1, Sampling.GREEDY, Stop.at(endTokens(model)))
                .with(Support.WHOLE.withConstraint(constraint));
        List<Rollout> rollouts = new RolloutEngine(model).generate(PromptTokens.of(prompts), generation);
        String[] texts = new String[prompts.size()];
        rollouts.forEach(rollout -> texts[rollout.prompt()] = tokenizer
                .decodeWithoutSpecialTokens(rollout.completionIds()).strip());
        return List.of(texts);
    }

    private Set<Integer> endTokens(Decoder model) {
        Set<Integer> ends = new TreeSet<>(model.config().tokenIds("eos_token_id"));
        tokenizer.vocabulary().eos().ifPresent(ends::add);
        return ends;
    }
}
