package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** {@link HeadRows} in one read and one write of each row. */
final class VectorHeads {
    private VectorHeads() {}

    /**
     * What happens to a head on the way.
     *
     * @param turn its rotation
     * @param direction 1 forward, -1 back
     * @param factor applied to the result
     */
    record Change(Optional<HeadRows.Turn> turn, int direction, float factor) {}

    static void split(Tensor rows, HeadRows.Columns columns, Tensor heads, Change change) {
        Reader in = Reader.of(rows);
        Writer out = Writer.of(heads);
        Turning turning = new Turning(columns.size(), change);
        int size = columns.size();
        int width = columns.count() * size;
        long stride = rows.size(1);
        long count = rows.size(0);
        long length = heads.size(1);
        float[] line = new float[width];
        float[] turned = new float[width];
        for (long row = 0; row < count; row++) {
            in.row(row * stride + (long) columns.first() * size, line, width);
            turning.apply(row, line, turned);
            for (int head = 0; head < columns.count(); head++) {
                out.row((head * length + row) * size, turned, head * size, size);
            }
        }
        float[] zeros = new float[size];
        for (int head = 0; head < columns.count(); head++) {
            for (long row = count; row < length; row++) {
                out.row((head * length + row) * size, zeros, size);
            }
        }
    }

    static void join(Tensor heads, Tensor rows, HeadRows.Columns columns, Change change) {
        Reader in = Reader.of(heads);
        Writer out = Writer.of(rows);
        Turning turning = new Turning(columns.size(), change);
        int size = columns.size();
        int width = columns.count() * size;
        long stride = rows.size(1);
        long length = heads.size(1);
        float[] line = new float[width];
        float[] turned = new float[width];
        for (long row = 0; row < rows.size(0); row++) {
            for (int head = 0; head < columns.count(); head++) {
                in.row((head * length + row) * size, line, head * size, size);
            }
            turning.apply(row, line, turned);
            out.row(row * stride + (long) columns.first() * size, turned, width);
        }
    }

    /** Turns all heads of one row at a time. */
    static final class Turning {
        private final int half;
        private final Change change;
        private final float[] cosines;
        private final float[] sines;
        private final Optional<Reader> cosineRows;
        private final Optional<Reader> sineRows;

        Turning(int size, Change change) {
            this.half = size / 2;
            this.change = change;
            this.cosines = new float[half];
            this.sines = new float[half];
            this.cosineRows = change.turn.map(turn -> Reader.of(turn.cosines()));
            this.sineRows = change.turn.map(turn -> Reader.of(turn.sines()));
        }

        void apply(long row, float[] from, float[] to) {
            if (cosineRows.isEmpty() || sineRows.isEmpty()) {
                scale(from, to, change.factor);
                return;
            }
            cosineRows.get().row(row * half, cosines, half);
            sineRows.get().row(row * half, sines, half);
            scale(cosines, cosines, change.factor);
            scale(sines, sines, change.factor * change.direction);
            for (int start = 0; start < from.length; start += 2 * half) {
                turn(from, to, start);
            }
        }

        private void turn(float[] from, float[] to, int start) {
            for (int i = 0; i < half; i += LANES) {
                VectorMask<Float> mask = FLOATS.indexInRange(i, half);
                FloatVector cos = FloatVector.fromArray(FLOATS, cosines, i, mask);
                FloatVector sin = FloatVector.fromArray(FLOATS, sines, i, mask);
                FloatVector low = FloatVector.fromArray(FLOATS, from, start + i, mask);
                FloatVector high = FloatVector.fromArray(FLOATS, from, start + half + i, mask);
                low.mul(cos).sub(high.mul(sin)).intoArray(to, start + i, mask);
                high.mul(cos).add(low.mul(sin)).intoArray(to, start + half + i, mask);
            }
        }

        private static void scale(float[] from, float[] to, float factor) {
            for (int i = 0; i < from.length; i++) {
                to[i] = from[i] * factor;
            }
        }
    }
}
