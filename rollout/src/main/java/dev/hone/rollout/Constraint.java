package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Which tokens a completion may continue with. The policy's distribution is renormalised over them before filters and draw.
 * It is asked on the thread that generates, for one completion at a time, and must answer the same to the same question.
 */
@FunctionalInterface
public interface Constraint {
    /** Everything is allowed. */
    Constraint NONE = written -> TokenSet.ALL;

    /**
     * What may follow; at least one token.
     *
     * @param written the completion so far
     */
    TokenSet allowed(Written written);

    /** Whether the completion is whole, so that nothing follows. Asked after each token. */
    default boolean complete(Written written) {
        return false;
    }

    /**
     * The scores that are drawn by in the policy's place. A token's log-probabilities are then those of these scores.
     *
     * @param policy [V] the policy's own; not to be changed
     * @return [V]
     */
    default float[] scores(float[] policy, Written written) { return policy; }

    /**
     * A second model that reads the same tokens as the policy; its scores then stand in {@link Written#guideScores}. It needs
     * the policy's vocabulary, and a cache of its own beside the policy's.
     */
    default Optional<Decoder> guide() { return Optional.empty(); }

    /**
     * What reads the policy's hidden states beside its head, [N, D] → [N, V]; its scores then stand in
     * {@link Written#guideScores}. Not beside a guide.
     */
    default Optional<UnaryOperator<Tensor>> reader() { return Optional.empty(); }

    /**
     * A completion that is being written.
     *
     * @param prompt the prompt's index
     * @param sample which completion of it
     * @param promptIds the prompt's tokens; not to be changed
     * @param ids the tokens so far
     * @param guideScores [V] what the guide or the reader gives the next token, empty without them and in {@link Constraint#complete}
     */
    record Written(int prompt, int sample, int[] promptIds, int[] ids, Optional<float[]> guideScores) {}
}
