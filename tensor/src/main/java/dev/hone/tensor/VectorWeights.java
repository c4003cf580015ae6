package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** {@link ScoreRows} with the Vector API. */
final class VectorWeights {
    private VectorWeights() {}

    static ScoreRows.Source source(Tensor scores) {
        Reader reader = Reader.of(scores);
        int width = Math.toIntExact(scores.size(1));
        return (row, into) -> reader.row((long) row * width, into, width);
    }

    static float max(float[] scores) { return VectorSoftmax.max(scores, 0, scores.length); }

    /** Writes e^((score − max)·factor) and returns the sum. */
    static double exponentials(float[] scores, float[] weights, int from, int end, float max, float factor) {
        FloatVector sum = FloatVector.zero(FLOATS);
        int at = from;
        for (; at + LANES <= end; at += LANES) {
            FloatVector e = Vectors.exp(FloatVector.fromArray(FLOATS, scores, at).sub(max).mul(factor));
            e.intoArray(weights, at);
            sum = sum.add(e);
        }
        double total = Vectors.sum(sum);
        if (at < end) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, end);
            FloatVector e = Vectors.exp(FloatVector.fromArray(FLOATS, scores, at, mask).sub(max).mul(factor));
            e.intoArray(weights, at, mask);
            total += Vectors.sum(FloatVector.zero(FLOATS).add(e, mask));
        }
        return total;
    }
}
