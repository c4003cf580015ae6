package dev.hone.tensor;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Scores [N, V] of a few rows, read by the host one row at a time, for choosing tokens. Threads may read at once. */
public final class ScoreRows {
    /** Weights are summed in blocks of this many tokens. */
    public static final int BLOCK = 256;

    private final Source source;
    private final int width;

    private ScoreRows(Source source, int width) {
        this.source = source;
        this.width = width;
    }

    /** Reads a row into the beginning of an array. */
    interface Source {
        void read(int row, float[] into);
    }

    /** The rows of a tensor, which has to live as long as they are read. */
    public static ScoreRows of(Tensor scores) {
        int width = Math.toIntExact(scores.size(1));
        if (VectorModule.serves(scores)) {
            return new ScoreRows(VectorWeights.source(scores), width);
        }
        float[] all = scores.to(DType.FLOAT32).toFloats();
        return new ScoreRows((row, into) -> System.arraycopy(all, row * width, into, 0, width), width);
    }

    /** V. */
    public int width() { return width; }

    /** A row in float32. */
    public float[] row(int row) {
        float[] line = new float[width];
        source.read(row, line);
        return line;
    }

    /**
     * A softmax before its division.
     *
     * @param weights e^((score − max)/τ) of each token
     * @param sums of the weights, by blocks of {@link #BLOCK}
     * @param max the largest score
     * @param total of the weights; NaN where a score is NaN or infinite, or none is above -∞
     */
    public record Weights(float[] weights, double[] sums, float max, double total) {

        /** Takes the weight of some tokens away, in these arrays themselves. */
        public Weights without(int[] ids) {
            for (int id : ids) {
                weights[id] = 0;
            }
            for (int block : IntStream.of(ids).map(id -> id / BLOCK).distinct().toArray()) {
                double sum = 0;
                for (int i = block * BLOCK; i < Math.min(weights.length, (block + 1) * BLOCK); i++) {
                    sum += weights[i];
                }
                sums[block] = sum;
            }
            return new Weights(weights, sums, max, DoubleStream.of(sums).sum());
        }
    }

    /** The softmax of a row at a temperature above 0. */
    public static Weights weigh(float[] scores, double temperature) {
        float max = Float.NEGATIVE_INFINITY;
        if (VectorModule.PRESENT) {
            max = VectorWeights.max(scores);
        } else {
            for (float score : scores) {
                max = score > max ? score : max;
            }
        }
        float[] weights = new float[scores.length];
        double[] sums = new double[Math.ceilDiv(scores.length, BLOCK)];
        double total = 0;
        for (int block = 0; block < sums.length; block++) {
            int end = Math.min(scores.length, (block + 1) * BLOCK);
            sums[block] = VectorModule.PRESENT
                    ? VectorWeights.exponentials(scores, weights, block * BLOCK, end, max, (float) (1 / temperature))
                    : exponentials(scores, weights, block * BLOCK, end, max, (float) (1 / temperature));
            total += sums[block];
        }
        return new Weights(weights, sums, max, total);
    }

    private static double exponentials(float[] scores, float[] weights, int from, int end, float max, float factor) {
        double sum = 0;
        for (int i = from; i < end; i++) {
            weights[i] = (float) Math.exp((scores[i] - max) * factor);
            sum += weights[i];
        }
        return sum;
    }
}
