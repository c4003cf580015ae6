package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.rollout.TokenSet;
import dev.hone.text.Encoded;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Answers of the policy's own to one prompt, with what they turned out to be worth.
 *
 * @param packed the answers, each behind the prompt, which they may share
 * @param promptLength tokens of the prompt
 * @param answers what is known of each, in the order of the sequences
 * @param reference log-probs of the reference per sequence; empty where none were asked for
 */
record RolloutRow(Packed packed, int promptLength, List<Answer> answers, List<float[]> reference)
        implements
            CompletionRow {
    RolloutRow {
        answers = List.copyOf(answers);
        reference = List.copyOf(reference);
    }

    /**
     * One answer of T tokens.
     *
     * @param behaviour [T] log-probs under the policy as it was when the answer was first used; empty = as it is in the step
     * @param sampled [T] log-probs as the sampler saw them, where nobody has compared them with the trainer's yet
     * @param advantages [T]
     * @param weights [T] 0 for a token that is left out
     * @param critics what each critic said and should have said
     * @param supports [T] what each token was drawn from, and its log-probs are taken over; empty = the whole vocabulary
     */
    record Answer(Optional<float[]> behaviour, Optional<float[]> sampled, float[] advantages, float[] weights,
            List<Values> critics, List<TokenSet> supports) {
        Answer {
            critics = List.copyOf(critics);
            supports = List.copyOf(supports);
        }

        /** Over the whole vocabulary. */
        Answer(Optional<float[]> behaviour, Optional<float[]> sampled, float[] advantages, float[] weights,
                List<Values> critics) {
            this(behaviour, sampled, advantages, weights, critics, List.of());
        }

        /** An answer of which nothing is known yet. */
        static Answer unjudged(int tokens) {
            float[] ones = new float[tokens];
            Arrays.fill(ones, 1);
            return new Answer(Optional.empty(), Optional.empty(), new float[tokens], ones, List.of());
        }

        Answer withSupports(List<TokenSet> given) {
            return new Answer(behaviour, sampled, advantages, weights, critics, given);
        }

        int tokens() { return advantages.length; }

        private long counted() {
            long counted = 0;
            for (float weight : weights) {
                counted += weight != 0 ? 1 : 0;
            }
            return counted;
        }
    }

    /**
     * A critic's word on the state before each token.
     *
     * @param values [T] when the answer was first used
     * @param returns [T] what they should have been
     */
    record Values(float[] values, float[] returns) {}

    /**
     * Answers to a prompt of which nothing else is known yet.
     *
     * @param shares whether they share the forward of their prompt
     */
    static RolloutRow of(int[] prompt, List<int[]> completions, boolean shares) {
        List<Encoded> sequences = new ArrayList<>();
        for (int[] completion : completions) {
            int[] ids = Arrays.copyOf(prompt, prompt.length + completion.length);
            System.arraycopy(completion, 0, ids, prompt.length, completion.length);
            float[] weight = new float[ids.length];
            Arrays.fill(weight, prompt.length, ids.length, 1);
            sequences.add(new Encoded(ids, weight));
        }
        return new RolloutRow(shares ? Packer.branched(sequences, prompt.length) : Packer.batch(sequences),
                prompt.length, completions.stream().map(ids -> Answer.unjudged(ids.length)).toList(), List.of());
    }

    RolloutRow withAnswers(List<Answer> judged) { return new RolloutRow(packed, promptLength, judged, reference); }

    /** @param given per answer and token, empty for an answer that was drawn from the whole vocabulary */
    RolloutRow withSupports(List<List<TokenSet>> given) {
        return withAnswers(
                IntStream.range(0, answers.size()).mapToObj(i -> answers.get(i).withSupports(given.get(i))).toList());
    }

    RolloutRow withReference(List<float[]> given) { return new RolloutRow(packed, promptLength, answers, given); }

    /** Its answers and their tokens that count. */
    @Override
    public StepTotals counts() {
        return new StepTotals(answers.size(), answers.stream().mapToLong(Answer::counted).sum());
    }
}
