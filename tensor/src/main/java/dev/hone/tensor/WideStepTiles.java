package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.StepAttention.Kept;
import dev.hone.tensor.StepAttention.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** {@link StepTiles} of float32 memory, in its own order. */
final class WideStepTiles implements StepTiles {
    private static final int TILE = StepAttention.TILE;

    private final MemorySegment keys;
    private final MemorySegment values;
    private final MemorySegment out;
    private final int size;
    private final int group;
    private final int room;
    private final float[] tile;

    WideStepTiles(Kept kept, Shape shape, Tensor out) {
        this.keys = kept.keys().memory();
        this.values = kept.values().memory();
        this.out = out.memory();
        this.size = shape.size();
        this.group = shape.group();
        this.room = kept.room();
        this.tile = new float[TILE * size];
    }

    static boolean serves(Shape shape) { return shape.size() % LANES == 0 && TILE % (4 * LANES) == 0; }

    @Override
    public int place(int token) { return token; }

    @Override
    public void score(long start, float[] queries, float[] scores, int at) {
        MemorySegment.copy(keys, ValueLayout.JAVA_FLOAT_UNALIGNED, start * Float.BYTES, tile, 0, tile.length);
        for (int query = 0; query < group; query++) {
            for (int c = 0; c < TILE; c += 4 * LANES) {
                score(queries, query * size, c, scores, query * room + at + c);
            }
        }
    }

    private void score(float[] queries, int query, int column, float[] scores, int to) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < size; i++) {
            FloatVector q = FloatVector.broadcast(FLOATS, queries[query + i]);
            int at = i * TILE + column;
            a = q.fma(FloatVector.fromArray(FLOATS, tile, at), a);
            b = q.fma(FloatVector.fromArray(FLOATS, tile, at + LANES), b);
            c = q.fma(FloatVector.fromArray(FLOATS, tile, at + 2 * LANES), c);
            d = q.fma(FloatVector.fromArray(FLOATS, tile, at + 3 * LANES), d);
        }
        a.intoArray(scores, to);
        b.intoArray(scores, to + LANES);
        c.intoArray(scores, to + 2 * LANES);
        d.intoArray(scores, to + 3 * LANES);
    }

    @Override
    public void mix(long start, int from, int end, float[] scores, float[] results, int into) {
        int count = end - from;
        MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, start * Float.BYTES, tile, 0, count * size);
        for (int query = 0; query < group; query++) {
            for (int c = 0; c < size; c += LANES) {
                mix(c, count, scores, query * room + from, results, into + query * size + c);
            }
        }
    }

    private void mix(int column, int count, float[] scores, int from, float[] results, int to) {
        FloatVector a = FloatVector.fromArray(FLOATS, results, to);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = b;
        FloatVector d = b;
        int t = 0;
        for (; t + 3 < count; t += 4) {
            int at = t * size + column;
            a = FloatVector.broadcast(FLOATS, scores[from + t]).fma(FloatVector.fromArray(FLOATS, tile, at), a);
            b = FloatVector.broadcast(FLOATS, scores[from + t + 1])
                    .fma(FloatVector.fromArray(FLOATS, tile, at + size), b);
            c = FloatVector.broadcast(FLOATS, scores[from + t + 2])
                    .fma(FloatVector.fromArray(FLOATS, tile, at + 2 * size), c);
            d = FloatVector.broadcast(FLOATS, scores[from + t + 3])
                    .fma(FloatVector.fromArray(FLOATS, tile, at + 3 * size), d);
        }
        for (; t < count; t++) {
            a = FloatVector.broadcast(FLOATS, scores[from + t])
                    .fma(FloatVector.fromArray(FLOATS, tile, t * size + column), a);
        }
        a.add(b).add(c.add(d)).intoArray(results, to);
    }

    @Override
    public void write(int row, float[] results) {
        MemorySegment.copy(results, 0, out, ValueLayout.JAVA_FLOAT_UNALIGNED, (long) row * results.length * Float.BYTES,
                results.length);
    }
}
