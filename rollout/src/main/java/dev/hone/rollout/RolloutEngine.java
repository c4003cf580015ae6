package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.model.ModelException;
import dev.hone.rollout.SlotModels.Room;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes completions with a model's own weights, many at once: prompts are read as packed rows, each sequence then takes one
 * token per step, a finished one leaves at once and its place goes to the next in the queue. A prompt with several samples is
 * read once and its keys and values are copied.
 *
 * <p>It holds no native memory between calls. A model serves one thread at a time.
 */
public final class RolloutEngine {
    private final Decoder model;
    private final EngineLimits limits;
    private final Optional<TokenText> text;

    /** An engine that needs no text: completions carry ids only, and stop strings are refused. */
    public RolloutEngine(Decoder model) {
        this(model, EngineLimits.of(model.device()), Optional.empty());
    }

    /** An engine that gives text and knows stop strings. */
    public RolloutEngine(Decoder model, TokenText text) {
        this(model, EngineLimits.of(model.device()), Optional.of(text));
    }

    public RolloutEngine(Decoder model, EngineLimits limits, Optional<TokenText> text) {
        this.model = model;
        this.limits = limits;
        this.text = text;
    }

    /** The completions of all prompts, in the order of prompts, then samples. */
    public List<Rollout> generate(List<PromptTokens> prompts, Generation generation) {
        return generate(prompts, generation, GenerationListener.NONE);
    }

    /**
     * The completions of all prompts, in the order of prompts, then samples. Where prompt and completion would be longer than
     * the model's positions, the completion's limit is cut and the listener told.
     *
     * @throws ModelException for an empty prompt, an unknown token, or a prompt that leaves no room for a token
     */
    public List<Rollout> generate(List<PromptTokens> prompts, Generation generation, GenerationListener listener) {
        for (PromptTokens prompt : prompts) {
            requireKnown(prompt);
            if (roomAfter(prompt) < generation.maxNewTokens()) {
                listener.onShortened(prompt.index(), roomAfter(prompt));
            }
        }
        return resume(begin(prompts, generation), generation, Integer.MAX_VALUE, listener).rollouts();
    }

    /** A generation of which nothing is written yet, for {@link #resume}. */
    public GenerationState begin(List<PromptTokens> prompts, Generation generation) {
        List<Unfinished> all = new ArrayList<>();
        for (PromptTokens prompt : prompts) {
            for (int sample = 0; sample < generation.samplesPerPrompt(); sample++) {
                all.add(Unfinished.fresh(all.size(), prompt, sample));
            }
        }
        return new GenerationState(Map.of(), all);
    }

    /**
     * Goes on for some steps. What was written before is read again into the cache, so the tokens are those of an unbroken
     * run, up to the rounding of the scores: in float32 they differ only where two tokens are as good as tied.
     *
     * @param generation the same as in every call before
     * @param steps at most; a step reads some prompts or writes one token of every row at work
     * @throws ModelException as {@link #generate(List, Generation, GenerationListener)}
     */
    public GenerationState resume(GenerationState state, Generation generation, int steps,
            GenerationListener listener) {
        StopRule stop = new StopRule(generation.stop(), text);
        List<Job> jobs = state.unfinished().stream().map(start -> job(start, generation)).toList();
        if (jobs.isEmpty()) {
            return state;
        }
        int capacity = jobs.stream().mapToInt(job -> job.prompt().ids().length + job.limit()).max().orElseThrow();
        Constraint constraint = generation.support().constraint();
        try (SlotModels models = new SlotModels(model, constraint,
                new Room(slots(jobs.size(), capacity, constraint.guide()), capacity, limits.layoutBytes()))) {
            return new GenerationRun(models, generation, stop, listener).run(jobs, state.finished(), steps);
        }
    }

    private int slots(int jobs, int capacity, Optional<Decoder> guide) {
        long bytes = model.cacheBytes(capacity) + guide.map(other -> other.cacheBytes(capacity)).orElse(0L);
        long affordable = Math.max(1, limits.cacheBytes() / bytes);
        return (int) Math.min(affordable, Math.min(jobs, limits.slots()));
    }

    private Job job(Unfinished start, Generation generation) {
        PromptTokens prompt = start.prompt();
        requireKnown(prompt);
        int limit = generation.lengths().of(generation.sampling().seed(), prompt.index(), start.sample());
        return new Job(start, Math.min(limit, roomAfter(prompt)));
    }

    private int roomAfter(PromptTokens prompt) {
        int positions = model.longest();
        int length = prompt.ids().length;
        if (length >= positions) {
            throw new ModelException("prompt " + prompt.index() + " has " + length + " tokens, expected fewer than "
                    + positions + ", the model's positions: shorten the prompt");
        }
        return positions - length;
    }

    private void requireKnown(PromptTokens prompt) {
        if (prompt.ids().length == 0) {
            throw new ModelException(
                    "prompt " + prompt.index() + " is empty, expected at least one token: start it with"
                            + " the tokenizer's begin token or some text");
        }
        for (int position = 0; position < prompt.ids().length; position++) {
            int id = prompt.ids()[position];
            if (id < 0 || id >= model.vocabulary()) {
                throw new ModelException("token id " + id + " at position " + position + " of prompt " + prompt.index()
                        + ": expected 0 to " + (model.vocabulary() - 1)
                        + ", the model's vocabulary. The tokenizer does not belong to this model");
            }
        }
    }
}
