package dev.hone.rollout;

/**
 * How the next token is chosen from the model's scores. The steps and their order are those of transformers' logits
 * processors: repetition penalty, temperature, top-k, top-p, min-p, then a draw from what is left, renormalised.
 *
 * @param temperature divides the scores; 0 = greedy, the best score wins and no filter matters
 * @param topK keep the k most probable tokens and all that tie with the last of them; 0 = all
 * @param topP keep the smallest set of most probable tokens that holds this much of the probability (arXiv 1904.09751), in
 *     (0, 1]; 1 = all
 * @param minP keep tokens at least this fraction as probable as the best one (arXiv 2407.01082), in [0, 1]; 0 = all
 * @param repetitionPenalty scores of tokens seen in prompt or completion are divided by it where positive, multiplied where
 *     negative (arXiv 1909.05858); 1 = none
 * @param seed of all draws; a token depends on the scores, the seed, the prompt's index, the sample and its position only
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {

    /** The best token always. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0);

    public Sampling {
        require(Double.isFinite(temperature) && temperature >= 0, "temperature", temperature, "0 (greedy) or more");
        require(topK >= 0, "top_k", topK, "0 (off) or more");
        require(topP > 0 && topP <= 1, "top_p", topP, "above 0 and at most 1 (off)");
        require(minP >= 0 && minP <= 1, "min_p", minP, "0 (off) to 1");
        require(Double.isFinite(repetitionPenalty) && repetitionPenalty > 0, "repetition_penalty", repetitionPenalty,
                "above 0; 1 is off");
    }

    /** Draws from the model's own distribution at a temperature. */
    public static Sampling of(double temperature, long seed) {
        return new Sampling(temperature, 0, 1, 0, 1, seed);
    }

    public boolean greedy() { return temperature == 0; }

    public Sampling withTopK(int k) { return new Sampling(temperature, k, topP, minP, repetitionPenalty, seed); }

    public Sampling withTopP(double p) { return new Sampling(temperature, topK, p, minP, repetitionPenalty, seed); }

    public Sampling withMinP(double p) { return new Sampling(temperature, topK, topP, p, repetitionPenalty, seed); }

    public Sampling withRepetitionPenalty(double penalty) {
        return new Sampling(temperature, topK, topP, minP, penalty, seed);
    }

    public Sampling withSeed(long other) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, other);
    }

    static void require(boolean holds, String name, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + found + ", expected " + expected);
        }
    }
}
