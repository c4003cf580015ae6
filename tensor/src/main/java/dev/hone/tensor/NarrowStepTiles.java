package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.INTS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.StepAttention.Kept;
import dev.hone.tensor.StepAttention.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link StepTiles} of bfloat16 memory, read two numbers to an int: shifted up, the lower half is the float32 of the number
 * at the even place, and with the lower half cleared the upper one is that of the number at the odd place. So no number is
 * widened by itself, and every vector is followed by all numbers at even places and then all at odd ones.
 */
final class NarrowStepTiles implements StepTiles {
    private static final int UPPER = 0xffff0000;
    private static final int PAIR = 2 * LANES;
    /** Ints of a dimension's keys in a tile. */
    private static final int HALF_TILE = StepAttention.TILE / 2;

    private final MemorySegment keys;
    private final MemorySegment values;
    private final MemorySegment out;
    private final int size;
    private final int group;
    private final int room;
    private final int[] tile;
    private final int[] packed;

    NarrowStepTiles(Kept kept, Shape shape, Tensor out) {
        this.keys = kept.keys().memory();
        this.values = kept.values().memory();
        this.out = out.memory();
        this.size = shape.size();
        this.group = shape.group();
        this.room = kept.room();
        this.tile = new int[size * HALF_TILE];
        this.packed = new int[shape.heads() * size / 2];
    }

    static boolean serves(Shape shape) { return shape.size() % PAIR == 0 && HALF_TILE % PAIR == 0; }

    @Override
    public int place(int token) { return placeOf(token); }

    private static int placeOf(int token) {
        int within = token & (PAIR - 1);
        return token - within + (within & 1) * LANES + (within >> 1);
    }

    @Override
    public void score(long start, float[] queries, float[] scores, int at) {
        MemorySegment.copy(keys, ValueLayout.JAVA_INT_UNALIGNED, start * Short.BYTES, tile, 0, tile.length);
        int query = 0;
        for (; query + 1 < group; query += 2) {
            for (int c = 0; c < HALF_TILE; c += PAIR) {
                scoreTwo(queries, query * size, c, scores, query * room + at + 2 * c);
            }
        }
        for (; query < group; query++) {
            for (int c = 0; c < HALF_TILE; c += PAIR) {
                scoreOne(queries, query * size, c, scores, query * room + at + 2 * c);
            }
        }
    }

    private static FloatVector even(IntVector pairs) {
        return pairs.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pairs) { return pairs.and(UPPER).reinterpretAsFloats(); }

    private void scoreOne(float[] queries, int query, int column, float[] scores, int to) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < size; i++) {
            IntVector left = IntVector.fromArray(INTS, tile, i * HALF_TILE + column);
            IntVector right = IntVector.fromArray(INTS, tile, i * HALF_TILE + column + LANES);
            FloatVector q = FloatVector.broadcast(FLOATS, queries[query + i]);
            a = q.fma(even(left), a);
            b = q.fma(odd(left), b);
            c = q.fma(even(right), c);
            d = q.fma(odd(right), d);
        }
        a.intoArray(scores, to);
        b.intoArray(scores, to + LANES);
        c.intoArray(scores, to + 2 * LANES);
        d.intoArray(scores, to + 3 * LANES);
    }

    private void scoreTwo(float[] queries, int query, int column, float[] scores, int to) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector e = a;
        FloatVector f = a;
        FloatVector g = a;
        FloatVector h = a;
        for (int i = 0; i < size; i++) {
            IntVector left = IntVector.fromArray(INTS, tile, i * HALF_TILE + column);
            IntVector right = IntVector.fromArray(INTS, tile, i * HALF_TILE + column + LANES);
            FloatVector q = FloatVector.broadcast(FLOATS, queries[query + i]);
            FloatVector r = FloatVector.broadcast(FLOATS, queries[query + size + i]);
            a = q.fma(even(left), a);
            b = q.fma(odd(left), b);
            c = q.fma(even(right), c);
            d = q.fma(odd(right), d);
            e = r.fma(even(left), e);
            f = r.fma(odd(left), f);
            g = r.fma(even(right), g);
            h = r.fma(odd(right), h);
        }
        a.intoArray(scores, to);
        b.intoArray(scores, to + LANES);
        c.intoArray(scores, to + 2 * LANES);
        d.intoArray(scores, to + 3 * LANES);
        e.intoArray(scores, room + to);
        f.intoArray(scores, room + to + LANES);
        g.intoArray(scores, room + to + 2 * LANES);
        h.intoArray(scores, room + to + 3 * LANES);
    }

    @Override
    public void mix(long start, int from, int end, float[] scores, float[] results, int into) {
        MemorySegment.copy(values, ValueLayout.JAVA_INT_UNALIGNED, start * Short.BYTES, tile, 0,
                (end - from) * size / 2);
        Span span = new Span(from, end);
        int query = 0;
        for (; query + 1 < group; query += 2) {
            for (int c = 0; c < size / 2; c += LANES) {
                mixTwo(span, c, scores, query * room, results, into + query * size + 2 * c);
            }
        }
        for (; query < group; query++) {
            for (int c = 0; c < size / 2; c += LANES) {
                mixOne(span, c, scores, query * room, results, into + query * size + 2 * c);
            }
        }
    }

    private record Span(int from, int end) {}

    private void mixOne(Span span, int column, float[] scores, int line, float[] results, int to) {
        FloatVector a = FloatVector.fromArray(FLOATS, results, to);
        FloatVector b = FloatVector.fromArray(FLOATS, results, to + LANES);
        for (int t = span.from; t < span.end; t++) {
            IntVector pairs = IntVector.fromArray(INTS, tile, (t - span.from) * size / 2 + column);
            FloatVector p = FloatVector.broadcast(FLOATS, scores[line + placeOf(t)]);
            a = p.fma(even(pairs), a);
            b = p.fma(odd(pairs), b);
        }
        a.intoArray(results, to);
        b.intoArray(results, to + LANES);
    }

    private void mixTwo(Span span, int column, float[] scores, int line, float[] results, int to) {
        FloatVector a = FloatVector.fromArray(FLOATS, results, to);
        FloatVector b = FloatVector.fromArray(FLOATS, results, to + LANES);
        FloatVector c = FloatVector.fromArray(FLOATS, results, size + to);
        FloatVector d = FloatVector.fromArray(FLOATS, results, size + to + LANES);
        for (int t = span.from; t < span.end; t++) {
            IntVector pairs = IntVector.fromArray(INTS, tile, (t - span.from) * size / 2 + column);
            int place = line + placeOf(t);
            FloatVector p = FloatVector.broadcast(FLOATS, scores[place]);
            FloatVector q = FloatVector.broadcast(FLOATS, scores[room + place]);
            a = p.fma(even(pairs), a);
            b = p.fma(odd(pairs), b);
            c = q.fma(even(pairs), c);
            d = q.fma(odd(pairs), d);
        }
        a.intoArray(results, to);
        b.intoArray(results, to + LANES);
        c.intoArray(results, size + to);
        d.intoArray(results, size + to + LANES);
    }

    @Override
    public void write(int row, float[] results) {
        for (int i = 0; i < packed.length; i += LANES) {
            IntVector low = Vectors.rounded(FloatVector.fromArray(FLOATS, results, 2 * i));
            IntVector high = Vectors.rounded(FloatVector.fromArray(FLOATS, results, 2 * i + LANES));
            high.and(UPPER).or(low.lanewise(VectorOperators.LSHR, 16)).intoArray(packed, i);
        }
        MemorySegment.copy(packed, 0, out, ValueLayout.JAVA_INT_UNALIGNED, (long) row * packed.length * Integer.BYTES,
                packed.length);
    }
}
