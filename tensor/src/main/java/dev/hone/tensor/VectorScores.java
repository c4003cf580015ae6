package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** {@link TokenScores} with one read and one write of each row of scores; in between it stays in the caches. */
final class VectorScores {
    /** Rows that one thread takes at a time. */
    private static final int ROWS = 16;

    private VectorScores() {}

    static TokenScores.Statistics statistics(Tensor scores, long[] targets) {
        int rows = targets.length;
        TokenScores.Statistics all = TokenScores.Statistics.room(rows);
        Reader reader = Reader.of(scores);
        int width = Math.toIntExact(scores.size(1));
        Workers.each((rows + ROWS - 1) / ROWS, block -> {
            float[] line = new float[width];
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                reader.row((long) row * width, line, width);
                read(line, new Row(all, row, (int) targets[row]));
            }
        });
        return all;
    }

    /** Puts the scores that do not count to a value, in place. */
    static void restrict(Tensor scores, TokenScores.Support support, float outside) {
        Reader reader = Reader.of(scores);
        Writer writer = Writer.of(scores);
        int width = Math.toIntExact(scores.size(1));
        Workers.each(Math.toIntExact(scores.size(0)), row -> {
            float[] line = new float[width];
            boolean[] counts = new boolean[width];
            support.mark(row, counts);
            reader.row((long) row * width, line, width);
            for (int i = 0; i < width; i++) {
                line[i] = counts[i] ? line[i] : outside;
            }
            writer.row((long) row * width, line, width);
        });
    }

    private record Row(TokenScores.Statistics all, int index, int target) {}

    private static void read(float[] scores, Row row) {
        int width = scores.length;
        float max = max(scores);
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector product = FloatVector.zero(FLOATS);
        FloatVector total = FloatVector.zero(FLOATS);
        FloatVector squares = FloatVector.zero(FLOATS);
        int at = 0;
        for (; at + LANES <= width; at += LANES) {
            FloatVector z = FloatVector.fromArray(FLOATS, scores, at).sub(max);
            FloatVector e = Vectors.exp(z);
            sum = sum.add(e);
            product = product.add(e.mul(z));
            total = total.add(z);
            squares = squares.add(e.mul(e));
        }
        if (at < width) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, width);
            FloatVector z = FloatVector.fromArray(FLOATS, scores, at, mask).sub(max);
            FloatVector e = Vectors.exp(z);
            sum = sum.add(e, mask);
            product = product.add(e.mul(z), mask);
            total = total.add(z, mask);
            squares = squares.add(e.mul(e), mask);
        }
        float mass = Vectors.sum(sum);
        float log = (float) Math.log(mass);
        float target = scores[row.target];
        row.all.normalisers()[row.index] = max + log;
        row.all.logProbs()[row.index] = target - max - log;
        row.all.meanLogProbs()[row.index] = Vectors.sum(total) / width - log;
        row.all.entropies()[row.index] = log - Vectors.sum(product) / mass;
        row.all.collisions()[row.index] = (float) Math.log(Vectors.sum(squares)) - 2 * log;
        row.all.correct()[row.index] = target == max && first(scores, row.target, max) ? 1 : 0;
    }

    private static float max(float[] scores) {
        FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int at = 0;
        for (; at + LANES <= scores.length; at += LANES) {
            max = Vectors.larger(max, FloatVector.fromArray(FLOATS, scores, at));
        }
        float largest = Vectors.max(max);
        for (; at < scores.length; at++) {
            largest = Math.max(largest, scores[at]);
        }
        return largest;
    }

    /** Whether no score before {@code end} equals the largest: ties go to the first. */
    private static boolean first(float[] scores, int end, float max) {
        for (int at = 0; at < end; at++) {
            if (scores[at] == max) {
                return false;
            }
        }
        return true;
    }

    static void gradient(Tensor scores, long[] targets, float[] normalisers, TokenScores.Derivatives by) {
        Reader reader = Reader.of(scores);
        Writer writer = Writer.of(scores);
        int width = Math.toIntExact(scores.size(1));
        int rows = targets.length;
        Workers.each((rows + ROWS - 1) / ROWS, block -> {
            float[] line = new float[width];
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                float target = by.byLogProbs()[row];
                float mean = by.byMeanLogProbs()[row];
                reader.row((long) row * width, line, width);
                float p = (float) Math.exp(line[(int) targets[row]] - normalisers[row]);
                Shape shape = new Shape(normalisers[row], -(target + mean), mean / width);
                if (by.byEntropy().length == 0) {
                    spread(line, shape);
                    line[(int) targets[row]] = target - (target + mean) * p + mean / width;
                } else {
                    spread(line, shape, by.byEntropy()[row], by.entropies()[row]);
                    line[(int) targets[row]] += target;
                }
                writer.row((long) row * width, line, width);
            }
        });
    }

    /** p·factor + offset, with p the probability of each score. */
    private record Shape(float normaliser, float factor, float offset) {}

    private static void spread(float[] scores, Shape shape) {
        int at = 0;
        for (; at + LANES <= scores.length; at += LANES) {
            FloatVector p = Vectors.exp(FloatVector.fromArray(FLOATS, scores, at).sub(shape.normaliser));
            p.mul(shape.factor).add(shape.offset).intoArray(scores, at);
        }
        if (at < scores.length) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, scores.length);
            FloatVector p = Vectors.exp(FloatVector.fromArray(FLOATS, scores, at, mask).sub(shape.normaliser));
            p.mul(shape.factor).add(shape.offset).intoArray(scores, at, mask);
        }
    }

    /** The same with p·slope·(log p + entropy) taken off. */
    private static void spread(float[] scores, Shape shape, float slope, float entropy) {
        int at = 0;
        for (; at + LANES <= scores.length; at += LANES) {
            FloatVector logs = FloatVector.fromArray(FLOATS, scores, at).sub(shape.normaliser);
            slanted(logs, shape, slope, entropy).intoArray(scores, at);
        }
        if (at < scores.length) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, scores.length);
            FloatVector logs = FloatVector.fromArray(FLOATS, scores, at, mask).sub(shape.normaliser);
            slanted(logs, shape, slope, entropy).intoArray(scores, at, mask);
        }
    }

    private static FloatVector slanted(FloatVector logs, Shape shape, float slope, float entropy) {
        FloatVector factor = logs.add(entropy).mul(-slope).add(shape.factor);
        return Vectors.exp(logs).mul(factor).add(shape.offset);
    }
}
