package dev.hone.rollout;

import dev.hone.model.ModelException;
import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.function.Supplier;

/**
 * Chooses tokens as a {@link Sampling} says. Penalty, temperature and softmax run on the device in float32 for all rows at
 * once; filters and draws run on the host, row by row.
 */
final class Chooser {
    private static final int BLOCK = 256;

    private final Sampling sampling;

    Chooser(Sampling sampling) { this.sampling = sampling; }

    /**
     * What {@link #choose} needs of every row: probabilities, or scores where the choice is greedy.
     *
     * @param logits [N, V]
     * @param seen per row the tokens of prompt and completion, asked for only where they matter
     * @return [N·V]
     */
    float[] weigh(Tensor logits, Supplier<List<int[]>> seen) {
        Tensor scores = logits.to(DType.FLOAT32);
        if (sampling.repetitionPenalty() != 1) {
            scores = penalised(scores, seen.get());
        }
        return sampling.greedy()
                ? scores.toFloats()
                : scores.div(sampling.temperature()).softmax(-1).toFloats();
    }

    private Tensor penalised(Tensor scores, List<int[]> seen) {
        int width = seen.stream().mapToInt(ids -> ids.length).max().orElse(1);
        long[] index = new long[seen.size() * width];
        for (int row = 0; row < seen.size(); row++) {
            int[] ids = seen.get(row);
            for (int i = 0; i < width; i++) {
                // a short row repeats its first token: writing one value twice changes nothing
                index[row * width + i] = ids[i < ids.length ? i : 0];
            }
        }
        Tensor where = Tensors.of(index, seen.size(), width).to(scores.device());
        Tensor found = scores.gather(1, where);
        Tensor weaker = found.mul(sampling.repetitionPenalty()).where(found.lt(0),
                found.div(sampling.repetitionPenalty()));
        return scores.scatter(1, where, weaker);
    }

    /** Chooses in row {@code row} of {@link #weigh}'s result; {@code uniform} in [0, 1) decides. */
    Choice choose(float[] weighed, int row, int vocabulary, double uniform) {
        int from = row * vocabulary;
        if (sampling.greedy()) {
            return new Choice(best(weighed, from, vocabulary), 0);
        }
        if (sampling.topK() == 0 && sampling.topP() == 1 && sampling.minP() == 0) {
            return draw(weighed, from, vocabulary, uniform);
        }
        requireFinite(weighed, from, vocabulary);
        Candidates candidates = candidates(weighed, from, vocabulary);
        Choice among = draw(candidates.probabilities(), 0, candidates.count(), uniform);
        return new Choice(candidates.id(among.token()), among.logProb());
    }

    Candidates candidates(float[] weighed, int from, int vocabulary) {
        Candidates candidates = new Candidates(weighed, from, vocabulary);
        candidates.topK(sampling.topK());
        candidates.topP(sampling.topP());
        candidates.minP(sampling.minP());
        return candidates;
    }

    private static int best(float[] scores, int from, int vocabulary) {
        int best = from;
        for (int i = from; i < from + vocabulary; i++) {
            // written so that NaN enters the branch
            if (!(scores[i] <= scores[best])) {
                best = i;
                if (Float.isNaN(scores[i])) {
                    throw notFinite();
                }
            }
        }
        if (Float.isNaN(scores[best])) {
            throw notFinite();
        }
        return best - from;
    }

    /** Inverse of the cumulative distribution, over sums of blocks first. */
    private static Choice draw(float[] weights, int from, int count, double uniform) {
        double[] sums = new double[Math.ceilDiv(count, BLOCK)];
        double total = 0;
        for (int block = 0; block < sums.length; block++) {
            sums[block] = sum(weights, from + block * BLOCK, Math.min(BLOCK, count - block * BLOCK));
            total += sums[block];
        }
        if (!(total > 0) || Double.isInfinite(total)) {
            throw notFinite();
        }
        double left = uniform * total;
        int block = 0;
        while (block < sums.length - 1 && left >= sums[block]) {
            left -= sums[block++];
        }
        int chosen = within(weights, from + block * BLOCK, from + count, left);
        return new Choice(chosen - from, (float) Math.log(weights[chosen] / total));
    }

    private static int within(float[] weights, int first, int end, double target) {
        double left = target;
        int possible = first;
        for (int i = first; i < end; i++) {
            if (weights[i] > 0) {
                possible = i;
                if (left < weights[i]) {
                    return i;
                }
            }
            left -= weights[i];
        }
        // rounding may leave a crumb behind the last token
        return possible;
    }

    /** Four sums side by side: one sum would wait for itself. */
    private static double sum(float[] weights, int from, int count) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 3 < from + count; i += 4) {
            a += weights[i];
            b += weights[i + 1];
            c += weights[i + 2];
            d += weights[i + 3];
        }
        for (; i < from + count; i++) {
            a += weights[i];
        }
        return (a + b) + (c + d);
    }

    private static void requireFinite(float[] weights, int from, int count) {
        double total = sum(weights, from, count);
        if (Double.isNaN(total) || Double.isInfinite(total)) {
            throw notFinite();
        }
    }

    private static ModelException notFinite() {
        return new ModelException("the model's scores are not finite: its weights hold NaN or infinity, or the type it"
                + " computes in is too narrow. Check the checkpoint, or compute in float32");
    }
}
