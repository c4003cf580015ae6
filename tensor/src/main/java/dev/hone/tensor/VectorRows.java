package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import java.util.List;
import java.util.function.IntFunction;
import jdk.incubator.vector.FloatVector;

/**
 * A few rows times quantised matrices, as decoding makes them: each row of a weight is decoded into the cache and multiplied
 * there, so that of memory only the codes are read. Sums are float32.
 */
final class VectorRows {
    /** Elements that one task handles, about. */
    private static final int CHUNK = 1 << 17;

    private VectorRows() {}

    static boolean serves() { return VectorNf4.serves(); }

    /** Gives the rows of one matrix, one after the other as asked for, in an order of columns that it chooses. */
    interface Decoder {
        /** [columns], good until the next call; where it begins and what follows the row is zeros of its own. */
        float[] row(long row);
    }

    /** x [T, I] × weightᵀ → [T, O]. */
    static Tensor products(Tensor x, List<? extends QuantisedMatrix> parts) {
        long outputs = parts.stream().mapToLong(QuantisedMatrix::rows).sum();
        Tensor y = Tensors.empty(x.dtype(), x.device(), x.size(0), outputs);
        Writer writer = Writer.of(y);
        long column = 0;
        for (QuantisedMatrix part : parts) {
            multiply(x, part, new Place(writer, column, outputs));
            column += part.rows();
        }
        return y;
    }

    /** Where results go: a row of them is {@code width} long, and these begin at {@code column}. */
    private record Place(Writer writer, long column, long width) {}

    private static void multiply(Tensor x, QuantisedMatrix weight, Place place) {
        int width = Math.toIntExact(weight.columns());
        int room = (width + LANES - 1) / LANES * LANES;
        float[][] inputs = new float[Math.toIntExact(x.size(0))][room];
        Reader reader = Reader.of(x);
        for (int row = 0; row < inputs.length; row++) {
            reader.row((long) row * width, inputs[row], width);
        }
        IntFunction<Decoder> decoders = switch (weight) {
            case Nf4Matrix nf4 -> {
                for (float[] input : inputs) {
                    VectorNf4.deal(input, width);
                }
                yield task -> VectorNf4.decoder(nf4);
            }
            case Int8Matrix int8 -> task -> VectorInt8.decoder(int8);
        };
        int step = Math.max(1, CHUNK / width);
        Workers.each(Math.toIntExact((weight.rows() + step - 1) / step), task -> {
            Decoder decoder = decoders.apply(task);
            for (long row = (long) task * step; row < Math.min(weight.rows(), (task + 1L) * step); row++) {
                float[] decoded = decoder.row(row);
                for (int i = 0; i < inputs.length; i++) {
                    place.writer().one(i * place.width() + place.column() + row, dot(inputs[i], decoded, room));
                }
            }
        });
    }

    /** Four sums side by side, since each waits for its last addition. */
    private static float dot(float[] left, float[] right, int count) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = 0;
        for (; i + 4 * LANES <= count; i += 4 * LANES) {
            a = at(left, i).fma(at(right, i), a);
            b = at(left, i + LANES).fma(at(right, i + LANES), b);
            c = at(left, i + 2 * LANES).fma(at(right, i + 2 * LANES), c);
            d = at(left, i + 3 * LANES).fma(at(right, i + 3 * LANES), d);
        }
        for (; i < count; i += LANES) {
            a = at(left, i).fma(at(right, i), a);
        }
        return Vectors.sum(a.add(b).add(c.add(d)));
    }

    private static FloatVector at(float[] values, int index) { return FloatVector.fromArray(FLOATS, values, index); }
}
