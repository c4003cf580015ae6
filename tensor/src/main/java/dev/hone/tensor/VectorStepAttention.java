package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.StepAttention.Kept;
import dev.hone.tensor.StepAttention.Shape;
import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import java.util.Arrays;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/** {@link StepAttention}: each thread takes some rows and reads their keys and values once for all queries of a group. */
final class VectorStepAttention {
    private static final int TILE = StepAttention.TILE;
    /** Parts of the work per thread: rows differ in length. */
    private static final int PARTS = 4;

    private final Kept kept;
    private final Shape shape;
    private final int room;
    private final Reader keys;
    private final Reader values;
    private final Writer newKeys;
    private final Writer newValues;
    private final VectorHeads.Turning turning;
    private final float[] line;
    private final float[] turned;
    private final float[] queries;
    private final float[] scores;
    private final float[] tile;
    private final short[] scratch;
    private final float[] result;

    private VectorStepAttention(Kept kept, Shape shape, Optional<Turn> turn) {
        this.kept = kept;
        this.shape = shape;
        this.room = kept.room();
        this.keys = Reader.of(kept.keys());
        this.values = Reader.of(kept.values());
        this.newKeys = Writer.of(kept.keys());
        this.newValues = Writer.of(kept.values());
        this.turning = new VectorHeads.Turning(shape.size(), new VectorHeads.Change(turn, 1, 1));
        this.line = new float[shape.width()];
        this.turned = new float[(shape.heads() + shape.keyHeads()) * shape.size()];
        this.queries = new float[shape.group() * shape.size()];
        this.scores = new float[shape.group() * room];
        this.tile = new float[TILE * shape.size()];
        this.scratch = new short[tile.length];
        this.result = new float[shape.heads() * shape.size()];
    }

    static boolean serves(Shape shape) { return shape.size() % LANES == 0 && TILE % (4 * LANES) == 0; }

    static void apply(Tensor qkv, Kept kept, Shape shape, Optional<Turn> turn, Tensor out) {
        int rows = Math.toIntExact(qkv.size(0));
        int parts = Math.min(rows, PARTS * Engine.threads());
        Reader in = Reader.of(qkv);
        Writer writer = Writer.of(out);
        Workers.each(parts, part -> {
            VectorStepAttention own = new VectorStepAttention(kept, shape, turn);
            for (int row = part; row < rows; row += parts) {
                own.row(row, in);
                writer.row((long) row * own.result.length, own.result, own.result.length);
            }
        });
    }

    private void row(int row, Reader in) {
        Arrays.fill(result, 0);
        if (row >= kept.lengths().length) {
            return;
        }
        in.row((long) row * line.length, line, line.length);
        System.arraycopy(line, 0, turned, 0, turned.length);
        turning.apply(row, turned, turned);
        append(row, kept.lengths()[row] - 1);
        for (int head = 0; head < shape.keyHeads(); head++) {
            attend(row, head);
        }
    }

    private void append(int row, int position) {
        int size = shape.size();
        for (int head = 0; head < shape.keyHeads(); head++) {
            long start = ((long) row * shape.keyHeads() + head) * size * room;
            int from = (shape.heads() + head) * size;
            for (int i = 0; i < size; i++) {
                newKeys.one(start + (long) i * room + position, turned[from + i]);
            }
            newValues.row(start + (long) position * size, line, from + shape.keyHeads() * size, size);
        }
    }

    private void attend(int row, int head) {
        int size = shape.size();
        int group = shape.group();
        int length = kept.lengths()[row];
        int begin = kept.begin(row);
        long start = ((long) row * shape.keyHeads() + head) * size * room;
        float scale = (float) (1 / Math.sqrt(size));
        for (int i = 0; i < queries.length; i++) {
            queries[i] = turned[head * group * size + i] * scale;
        }
        int first = begin / TILE * TILE;
        for (int at = first; at < length; at += TILE) {
            for (int i = 0; i < size; i++) {
                keys.many(start + (long) i * room + at, tile, i * TILE, TILE, scratch);
            }
            for (int query = 0; query < group; query++) {
                score(query, query * room + at);
            }
        }
        for (int query = 0; query < group; query++) {
            VectorSoftmax.softmax(scores, query * room + begin, query * room + length);
        }
        for (int at = first; at < length; at += TILE) {
            int from = Math.max(at, begin);
            int count = Math.min(at + TILE, length) - from;
            values.many(start + (long) from * size, tile, count * size, scratch);
            for (int query = 0; query < group; query++) {
                mix((head * group + query) * size, query * room + from, count);
            }
        }
    }

    /** The scores of one query with the keys in the tile. */
    private void score(int query, int to) {
        int size = shape.size();
        for (int c = 0; c < TILE; c += 4 * LANES) {
            FloatVector a = FloatVector.zero(FLOATS);
            FloatVector b = a;
            FloatVector d = a;
            FloatVector e = a;
            for (int i = 0; i < size; i++) {
                FloatVector q = FloatVector.broadcast(FLOATS, queries[query * size + i]);
                int at = i * TILE + c;
                a = q.fma(FloatVector.fromArray(FLOATS, tile, at), a);
                b = q.fma(FloatVector.fromArray(FLOATS, tile, at + LANES), b);
                d = q.fma(FloatVector.fromArray(FLOATS, tile, at + 2 * LANES), d);
                e = q.fma(FloatVector.fromArray(FLOATS, tile, at + 3 * LANES), e);
            }
            a.intoArray(scores, to + c);
            b.intoArray(scores, to + c + LANES);
            d.intoArray(scores, to + c + 2 * LANES);
            e.intoArray(scores, to + c + 3 * LANES);
        }
    }

    /** Adds the values in the tile, weighed, to one head of the result. */
    private void mix(int to, int from, int count) {
        int size = shape.size();
        for (int c = 0; c < size; c += LANES) {
            FloatVector a = FloatVector.fromArray(FLOATS, result, to + c);
            FloatVector b = FloatVector.zero(FLOATS);
            FloatVector d = b;
            FloatVector e = b;
            int t = 0;
            for (; t + 3 < count; t += 4) {
                int at = t * size + c;
                a = FloatVector.broadcast(FLOATS, scores[from + t]).fma(FloatVector.fromArray(FLOATS, tile, at), a);
                b = FloatVector.broadcast(FLOATS, scores[from + t + 1])
                        .fma(FloatVector.fromArray(FLOATS, tile, at + size), b);
                d = FloatVector.broadcast(FLOATS, scores[from + t + 2])
                        .fma(FloatVector.fromArray(FLOATS, tile, at + 2 * size), d);
                e = FloatVector.broadcast(FLOATS, scores[from + t + 3])
                        .fma(FloatVector.fromArray(FLOATS, tile, at + 3 * size), e);
            }
            for (; t < count; t++) {
                a = FloatVector.broadcast(FLOATS, scores[from + t])
                        .fma(FloatVector.fromArray(FLOATS, tile, t * size + c), a);
            }
            a.add(b).add(d.add(e)).intoArray(result, to + c);
        }
    }
}
