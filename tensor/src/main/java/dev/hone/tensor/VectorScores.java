package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** {@link TokenScores} in two passes over each row of scores, which stays in the caches between them. */
final class VectorScores {
    /** Rows that one thread takes at a time. */
    private static final int ROWS = 16;

    private VectorScores() {}

    static TokenScores.Statistics statistics(Tensor scores, long[] targets) {
        int rows = targets.length;
        TokenScores.Statistics all = TokenScores.Statistics.room(rows);
        Reader reader = Reader.of(scores);
        long width = scores.size(1);
        Vectors.each((rows + ROWS - 1) / ROWS, block -> {
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                read(reader, row * width, width, new Row(all, row, targets[row]));
            }
        });
        return all;
    }

    private record Row(TokenScores.Statistics all, int index, long target) {}

    private static void read(Reader reader, long start, long width, Row row) {
        long end = start + width;
        float max = max(reader, start, end);
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector product = FloatVector.zero(FLOATS);
        FloatVector total = FloatVector.zero(FLOATS);
        long at = start;
        for (; at + LANES <= end; at += LANES) {
            FloatVector z = reader.at(at).sub(max);
            FloatVector e = Vectors.exp(z);
            sum = sum.add(e);
            product = product.add(e.mul(z));
            total = total.add(z);
        }
        if (at < end) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, end);
            FloatVector z = reader.at(at, mask).sub(max);
            FloatVector e = Vectors.exp(z);
            sum = sum.add(e, mask);
            product = product.add(e.mul(z), mask);
            total = total.add(z, mask);
        }
        float mass = Vectors.sum(sum);
        float log = (float) Math.log(mass);
        float target = reader.one(start + row.target);
        row.all.normalisers()[row.index] = max + log;
        row.all.logProbs()[row.index] = target - max - log;
        row.all.meanLogProbs()[row.index] = Vectors.sum(total) / width - log;
        row.all.entropies()[row.index] = log - Vectors.sum(product) / mass;
        row.all.correct()[row.index] = target == max && first(reader, start, start + row.target, max) ? 1 : 0;
    }

    private static float max(Reader reader, long start, long end) {
        FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        long at = start;
        for (; at + LANES <= end; at += LANES) {
            max = max.max(reader.at(at));
        }
        for (float rest = 0; at < end; at++) {
            rest = reader.one(at);
            max = max.max(rest);
        }
        return Vectors.max(max);
    }

    /** Whether no score before {@code end} equals the largest: ties go to the first. */
    private static boolean first(Reader reader, long start, long end, float max) {
        for (long at = start; at < end; at++) {
            if (reader.one(at) == max) {
                return false;
            }
        }
        return true;
    }

    static void gradient(Tensor scores, long[] targets, float[] normalisers, TokenScores.Derivatives by) {
        Reader reader = Reader.of(scores);
        Writer writer = Writer.of(scores);
        long width = scores.size(1);
        int rows = targets.length;
        Vectors.each((rows + ROWS - 1) / ROWS, block -> {
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                float target = by.byLogProbs()[row];
                float mean = by.byMeanLogProbs()[row];
                long start = row * width;
                float before = reader.one(start + targets[row]);
                spread(reader, writer, start, start + width,
                        new Shape(normalisers[row], -(target + mean), mean / width));
                float p = (float) Math.exp(before - normalisers[row]);
                writer.one(start + targets[row], target - (target + mean) * p + mean / width);
            }
        });
    }

    /** p·factor + offset, with p the probability of each score. */
    private record Shape(float normaliser, float factor, float offset) {}

    private static void spread(Reader reader, Writer writer, long start, long end, Shape shape) {
        long at = start;
        for (; at + LANES <= end; at += LANES) {
            FloatVector p = Vectors.exp(reader.at(at).sub(shape.normaliser));
            writer.put(at, p.mul(shape.factor).add(shape.offset));
        }
        if (at < end) {
            VectorMask<Float> mask = FLOATS.indexInRange(at, end);
            FloatVector p = Vectors.exp(reader.at(at, mask).sub(shape.normaliser));
            writer.put(at, p.mul(shape.factor).add(shape.offset), mask);
        }
    }
}
