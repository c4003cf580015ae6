package dev.hone.rollout;

import dev.hone.model.ModelException;
import dev.hone.tensor.ScoreRows;
import dev.hone.tensor.ScoreRows.Weights;
import java.util.Arrays;

/**
 * Chooses tokens as a {@link Sampling} says, on the host and row by row: what a row gets depends on its own scores alone.
 * Several threads may choose at once.
 */
final class Chooser {
    /** Of weights whose largest was 1. */
    private static final double LEAST = 1e-6;

    private final Sampling sampling;
    private final boolean keepsSupport;

    Chooser(Sampling sampling, boolean keepsSupport) {
        this.sampling = sampling;
        this.keepsSupport = keepsSupport;
    }

    /**
     * What to choose from, beside the scores.
     *
     * @param allowed the only tokens that may be chosen
     * @param banned tokens that may not, unless they are all that is allowed
     * @param seen tokens of prompt and completion, where {@link Chooser#penalises}
     * @param uniform in [0, 1), decides
     */
    record Question(TokenSet allowed, TokenSet banned, int[] seen, double uniform) {

        /** Nothing is forbidden. */
        static Question free(double uniform) {
            return new Question(TokenSet.ALL, TokenSet.of(), new int[0], uniform);
        }

        boolean isFree(int vocabulary) { return allowed.isAll() && banned.size(vocabulary) == 0; }

        /** The tokens left, ascending. */
        int[] ids() {
            if (allowed.ids().length == 0) {
                throw new IllegalArgumentException("a constraint allows no token: expected at least one, or complete()"
                        + " to say that nothing follows");
            }
            int[] left = Arrays.stream(allowed.ids()).filter(id -> !banned.contains(id)).toArray();
            return left.length == 0 ? allowed.ids() : left;
        }
    }

    boolean penalises() { return sampling.repetitionPenalty() != 1; }

    /** Chooses by a row of scores [V], which it leaves as they are. */
    Choice choose(float[] scores, Question question) {
        double temperature = sampling.greedy() ? 1 : sampling.temperature();
        Weights own = ScoreRows.weigh(scores, temperature);
        requireFinite(own);
        double normaliser = Math.log(own.total());
        Drawn drawn = sampling.greedy()
                ? best(shaped(scores, question), question)
                : penalises() || !question.allowed.isAll()
                        ? drawAmong(among(shaped(scores, question), question), question)
                        : drawFrom(own, scores, question);
        float policy = (float) (((double) scores[drawn.token] - own.max()) / temperature - normaliser);
        boolean exact = question.isFree(scores.length) && !penalises() && unfiltered() && !sampling.greedy();
        return new Choice(drawn.token, exact ? policy : drawn.logProb, policy, drawn.support);
    }

    /** From all tokens but the banned ones, whose weights are at hand already. */
    private Drawn drawFrom(Weights own, float[] scores, Question question) {
        boolean bans = question.banned.size(scores.length) > 0;
        Weights left = bans ? own.without(question.banned.ids()) : own;
        if (left.total() < LEAST) {
            // what is left is too small beside what was taken: it gets a maximum of its own
            return drawAmong(among(shaped(scores, question), question), question);
        }
        if (unfiltered() && !(bans && keepsSupport)) {
            int token = draw(left.weights(), scores.length, left.sums(), question.uniform());
            return new Drawn(token, (float) Math.log(left.weights()[token] / left.total()), TokenSet.ALL);
        }
        return drawAmong(all(left), question);
    }

    private record Drawn(int token, float logProb, TokenSet support) {}

    private boolean unfiltered() { return sampling.topK() == 0 && sampling.topP() == 1 && sampling.minP() == 0; }

    /** The scores after penalty and, where everything but some tokens is allowed, with those at -∞. */
    private float[] shaped(float[] scores, Question question) {
        boolean bans = question.allowed.isAll() && question.banned.size(scores.length) > 0;
        if (!penalises() && !bans) {
            return scores;
        }
        float[] shaped = scores.clone();
        if (penalises()) {
            for (int id : question.seen) {
                shaped[id] = (float) (scores[id] < 0
                        ? scores[id] * sampling.repetitionPenalty()
                        : scores[id] / sampling.repetitionPenalty());
            }
        }
        if (bans) {
            for (int id : question.banned.ids()) {
                shaped[id] = Float.NEGATIVE_INFINITY;
            }
        }
        return shaped;
    }

    private static Candidates all(Weights weights) {
        return new Candidates(weights.weights(), 0, weights.weights().length);
    }

    private Candidates among(float[] scores, Question question) {
        if (question.allowed.isAll()) {
            Weights weights = ScoreRows.weigh(scores, sampling.temperature());
            requireFinite(weights);
            return all(weights);
        }
        // their own maximum: what is allowed may be far below the best
        int[] ids = question.ids();
        float[] few = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            few[i] = scores[ids[i]];
        }
        Weights weights = ScoreRows.weigh(few, sampling.temperature());
        requireFinite(weights);
        return new Candidates(ids, weights.weights());
    }

    private Drawn drawAmong(Candidates candidates, Question question) {
        candidates.topK(sampling.topK());
        candidates.topP(sampling.topP());
        candidates.minP(sampling.minP());
        double[] sums = sums(candidates.probabilities(), candidates.count());
        int at = draw(candidates.probabilities(), candidates.count(), sums, question.uniform);
        float logProb = (float) Math.log(candidates.probabilities()[at] / Arrays.stream(sums).sum());
        return new Drawn(candidates.id(at), logProb, keepsSupport ? candidates.possible() : TokenSet.ALL);
    }

    private Drawn best(float[] scores, Question question) {
        int best = -1;
        int[] ids = question.allowed.isAll() ? new int[0] : question.ids();
        int count = question.allowed.isAll() ? scores.length : ids.length;
        for (int i = 0; i < count; i++) {
            int id = question.allowed.isAll() ? i : ids[i];
            if (best < 0 || scores[id] > scores[best]) {
                best = id;
            }
        }
        return new Drawn(best, 0, keepsSupport ? TokenSet.of(best) : TokenSet.ALL);
    }

    /** Inverse of the cumulative distribution, over sums of blocks first. */
    static int draw(float[] weights, int count, double[] sums, double uniform) {
        double left = uniform * Arrays.stream(sums).sum();
        int block = 0;
        while (block < sums.length - 1 && left >= sums[block]) {
            left -= sums[block++];
        }
        int possible = block * ScoreRows.BLOCK;
        for (int i = possible; i < count; i++) {
            if (weights[i] > 0) {
                possible = i;
                if (left < weights[i]) {
                    return i;
                }
            }
            left -= weights[i];
        }
        // rounding may leave a crumb behind the last token
        while (possible > 0 && !(weights[possible] > 0)) {
            possible--;
        }
        return possible;
    }

    /** Sums of blocks of {@link ScoreRows#BLOCK}. */
    static double[] sums(float[] weights, int count) {
        double[] sums = new double[Math.ceilDiv(count, ScoreRows.BLOCK)];
        for (int i = 0; i < count; i++) {
            sums[i / ScoreRows.BLOCK] += weights[i];
        }
        return sums;
    }

    private static void requireFinite(Weights weights) {
        if (!(weights.total() > 0) || Double.isInfinite(weights.total())) {
            throw new ModelException("the model's scores are not finite: its weights hold NaN or infinity, or the type"
                    + " it computes in is too narrow. Check the checkpoint, or compute in float32");
        }
    }
}
