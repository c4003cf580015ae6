package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import jdk.incubator.vector.FloatVector;

/** Root-mean-square norm and its gradient, each in two reads of a row, for widths that fill whole vectors. */
final class VectorNorm {
    private static final int ROWS = 64;

    private VectorNorm() {}

    static boolean serves(Tensor x) { return x.size(-1) % LANES == 0; }

    /** Writes the normed rows and returns 1/√(mean x² + ε) of each. */
    static float[] forward(Tensor x, Tensor weight, double epsilon, Tensor out) {
        int width = Math.toIntExact(x.size(-1));
        int rows = Math.toIntExact(x.count() / width);
        float[] inverses = new float[rows];
        float[] factors = weight.toFloats();
        Reader in = Reader.of(x);
        Writer writer = Writer.of(out);
        Vectors.each((rows + ROWS - 1) / ROWS, block -> {
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                long start = (long) row * width;
                FloatVector squares = FloatVector.zero(FLOATS);
                for (int c = 0; c < width; c += LANES) {
                    FloatVector v = in.at(start + c);
                    squares = squares.add(v.mul(v));
                }
                float inverse = (float) (1 / Math.sqrt(Vectors.sum(squares) / width + epsilon));
                inverses[row] = inverse;
                for (int c = 0; c < width; c += LANES) {
                    writer.put(start + c, in.at(start + c).mul(inverse).mul(FloatVector.fromArray(FLOATS, factors, c)));
                }
            }
        });
        return inverses;
    }

    /** What the gradient is made of: the input, its inverses, the weight, the gradient of the result. */
    record Given(Tensor x, float[] inverses, Tensor weight, Tensor gradient) {}

    /** Writes the gradient by x and returns that by the weight, summed in an order that no number of threads changes. */
    static float[] backward(Given given, Tensor out) {
        int width = Math.toIntExact(given.x().size(-1));
        int rows = given.inverses().length;
        float[] factors = given.weight().toFloats();
        Reader x = Reader.of(given.x());
        Reader gradient = Reader.of(given.gradient());
        Writer writer = Writer.of(out);
        float[][] sums = new float[(rows + ROWS - 1) / ROWS][];
        Vectors.each(sums.length, block -> {
            sums[block] = new float[width];
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                float inverse = given.inverses()[row];
                Line line = new Line((long) row * width, width, inverse);
                float along = along(x, gradient, factors, line) * inverse / width;
                write(new Row(x, gradient, line), factors, along, writer, sums[block]);
            }
        });
        float[] total = new float[width];
        for (float[] part : sums) {
            for (int c = 0; c < width; c++) {
                total[c] += part[c];
            }
        }
        return total;
    }

    private record Line(long start, int width, float inverse) {}

    private record Row(Reader x, Reader gradient, Line line) {}

    private static float along(Reader x, Reader gradient, float[] factors, Line line) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int c = 0; c < line.width; c += LANES) {
            FloatVector inner = gradient.at(line.start + c).mul(FloatVector.fromArray(FLOATS, factors, c));
            sum = sum.add(inner.mul(x.at(line.start + c)));
        }
        return Vectors.sum(sum);
    }

    private static void write(Row row, float[] factors, float along, Writer writer, float[] sums) {
        Line line = row.line;
        for (int c = 0; c < line.width; c += LANES) {
            FloatVector normed = row.x.at(line.start + c).mul(line.inverse);
            FloatVector by = row.gradient.at(line.start + c);
            FloatVector.fromArray(FLOATS, sums, c).add(by.mul(normed)).intoArray(sums, c);
            FloatVector inner = by.mul(FloatVector.fromArray(FLOATS, factors, c));
            writer.put(line.start + c, inner.sub(normed.mul(along)).mul(line.inverse));
        }
    }
}
