package dev.hone.tensor;

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
        long width = gateUp.size(1) / 2;
        Reader in = Reader.of(gateUp);
        Writer writer = Writer.of(out);
        eachRow(gateUp.size(0), row -> {
            for (long c = 0; c < width; c += LANES) {
                FloatVector gate = in.at(2 * row * width + c);
                FloatVector active = gate.div(Vectors.exp(gate.neg()).add(1f));
                writer.put(row * width + c, active.mul(in.at((2 * row + 1) * width + c)));
            }
        });
    }

    static void backward(Tensor gateUp, Tensor gradient, Tensor out) {
        long width = gateUp.size(1) / 2;
        Reader in = Reader.of(gateUp);
        Reader by = Reader.of(gradient);
        Writer writer = Writer.of(out);
        eachRow(gateUp.size(0), row -> {
            for (long c = 0; c < width; c += LANES) {
                long gateAt = 2 * row * width + c;
                FloatVector gate = in.at(gateAt);
                FloatVector one = FloatVector.broadcast(Vectors.FLOATS, 1f);
                FloatVector share = one.div(Vectors.exp(gate.neg()).add(1f)); // σ(gate)
                FloatVector active = gate.mul(share);
                FloatVector g = by.at(row * width + c);
                writer.put(gateAt + width, g.mul(active));
                FloatVector slope = share.add(active.mul(one.sub(share)));
                writer.put(gateAt, g.mul(in.at(gateAt + width)).mul(slope));
            }
        });
    }

    private static void eachRow(long rows, java.util.function.LongConsumer body) {
        Vectors.each((int) ((rows + ROWS - 1) / ROWS), block -> {
            for (long row = (long) block * ROWS; row < Math.min(rows, (block + 1L) * ROWS); row++) {
                body.accept(row);
            }
        });
    }
}
