package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.CausalSoftmax.Sight;
import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** {@link CausalSoftmax} that computes only what is seen: half of a causal square. */
final class VectorSoftmax {
    private static final int ROWS = 32;

    private VectorSoftmax() {}

    static void apply(Tensor scores, Sight sight) {
        Reader in = Reader.of(scores);
        Writer out = Writer.of(scores);
        eachBlock(scores, sight, (from, to) -> {
            float[] line = new float[sight.columns()];
            for (long row = from; row < to; row++) {
                int own = (int) (row % sight.size());
                long start = row * sight.columns();
                Arrays.fill(line, 0);
                if (own < sight.rows()) {
                    int begin = sight.begin(own);
                    int count = sight.end(own) - begin;
                    in.row(start + begin, line, begin, count);
                    softmax(line, begin, begin + count);
                }
                out.row(start, line, line.length);
            }
        });
    }

    static void softmax(float[] line, int begin, int end) {
        float max = max(line, begin, end);
        FloatVector sum = FloatVector.zero(FLOATS);
        int at = begin;
        for (; at + LANES <= end; at += LANES) {
            FloatVector e = Vectors.exp(FloatVector.fromArray(FLOATS, line, at).sub(max));
            e.intoArray(line, at);
            sum = sum.add(e);
        }
        if (at < end) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, end);
            FloatVector e = Vectors.exp(FloatVector.fromArray(FLOATS, line, at, mask).sub(max));
            e.intoArray(line, at, mask);
            sum = sum.add(e, mask);
        }
        float share = 1 / Vectors.sum(sum);
        for (int i = begin; i < end; i++) {
            line[i] *= share;
        }
    }

    static float max(float[] line, int begin, int end) {
        FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int at = begin;
        for (; at + LANES <= end; at += LANES) {
            max = Vectors.larger(max, FloatVector.fromArray(FLOATS, line, at));
        }
        float largest = Vectors.max(max);
        for (; at < end; at++) {
            largest = Math.max(largest, line[at]);
        }
        return largest;
    }

    static void backward(Tensor gradient, Tensor weights, Sight sight) {
        Reader byWeights = Reader.of(gradient);
        Reader shares = Reader.of(weights);
        Writer out = Writer.of(gradient);
        eachBlock(gradient, sight, (from, to) -> {
            float[] line = new float[sight.columns()];
            float[] share = new float[sight.columns()];
            for (long row = from; row < to; row++) {
                int own = (int) (row % sight.size());
                long start = row * sight.columns();
                Arrays.fill(line, 0);
                if (own < sight.rows()) {
                    int begin = sight.begin(own);
                    int end = sight.end(own);
                    byWeights.row(start + begin, line, begin, end - begin);
                    shares.row(start + begin, share, begin, end - begin);
                    differentiate(line, share, begin, end);
                }
                out.row(start, line, line.length);
            }
        });
    }

    private static void differentiate(float[] line, float[] share, int begin, int end) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int at = begin; at < end; at += LANES) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, end);
            sum = sum.add(FloatVector.fromArray(FLOATS, line, at, mask)
                    .mul(FloatVector.fromArray(FLOATS, share, at, mask)));
        }
        float along = Vectors.sum(sum);
        for (int i = begin; i < end; i++) {
            line[i] = share[i] * (line[i] - along);
        }
    }

    private interface Rows {
        void run(long from, long to);
    }

    private static void eachBlock(Tensor scores, Sight sight, Rows body) {
        long rows = scores.count() / sight.columns();
        Workers.each(Math.toIntExact((rows + ROWS - 1) / ROWS),
                block -> body.run((long) block * ROWS, Math.min(rows, (block + 1L) * ROWS)));
    }
}
