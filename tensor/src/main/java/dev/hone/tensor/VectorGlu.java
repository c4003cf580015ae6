package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import jdk.incubator.vector.FloatVector;

/** silu(gate)·up and its gradient in one pass each, for widths that fill whole vectors. */
final class VectorGlu {
    private static final int ROWS = 16;

    private VectorGlu() {}

    static boolean serves(Tensor gateUp) { return gateUp.size(1) % (2L * LANES) == 0; }

    static void forward(Tensor gateUp, Tensor out) {
        int width = Math.toIntExact(gateUp.size(1) / 2);
        int rows = Math.toIntExact(gateUp.size(0));
        Reader in = Reader.of(gateUp);
        Writer writer = Writer.of(out);
        Workers.each((rows + ROWS - 1) / ROWS, block -> {
            float[] gate = new float[width];
            float[] up = new float[width];
            for (long row = (long) block * ROWS; row < Math.min(rows, (block + 1L) * ROWS); row++) {
                in.row(2 * row * width, gate, width);
                in.row((2 * row + 1) * width, up, width);
                multiply(gate, up);
                writer.row(row * width, up, width);
            }
        });
    }

    private static void multiply(float[] gates, float[] ups) {
        for (int c = 0; c < gates.length; c += LANES) {
            FloatVector gate = FloatVector.fromArray(FLOATS, gates, c);
            FloatVector active = gate.div(Vectors.exp(gate.neg()).add(1f));
            active.mul(FloatVector.fromArray(FLOATS, ups, c)).intoArray(ups, c);
        }
    }

    static void backward(Tensor gateUp, Tensor gradient, Tensor out) {
        int width = Math.toIntExact(gateUp.size(1) / 2);
        int rows = Math.toIntExact(gateUp.size(0));
        Reader in = Reader.of(gateUp);
        Reader by = Reader.of(gradient);
        Writer writer = Writer.of(out);
        Workers.each((rows + ROWS - 1) / ROWS, block -> {
            float[] gate = new float[width];
            float[] up = new float[width];
            float[] g = new float[width];
            for (long row = (long) block * ROWS; row < Math.min(rows, (block + 1L) * ROWS); row++) {
                in.row(2 * row * width, gate, width);
                in.row((2 * row + 1) * width, up, width);
                by.row(row * width, g, width);
                differentiate(gate, up, g);
                writer.row(2 * row * width, gate, width);
                writer.row((2 * row + 1) * width, up, width);
            }
        });
    }

    /** Leaves the gradients in the place of what they belong to. */
    private static void differentiate(float[] gates, float[] ups, float[] by) {
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int c = 0; c < gates.length; c += LANES) {
            FloatVector gate = FloatVector.fromArray(FLOATS, gates, c);
            FloatVector share = one.div(Vectors.exp(gate.neg()).add(1f)); // σ(gate)
            FloatVector active = gate.mul(share);
            FloatVector g = FloatVector.fromArray(FLOATS, by, c);
            FloatVector slope = share.add(active.mul(one.sub(share)));
            g.mul(FloatVector.fromArray(FLOATS, ups, c)).mul(slope).intoArray(gates, c);
            g.mul(active).intoArray(ups, c);
        }
    }
}
