package dev.hone.tensor;

import static dev.hone.tensor.Vectors.FLOATS;
import static dev.hone.tensor.Vectors.LANES;

import dev.hone.tensor.Vectors.Reader;
import dev.hone.tensor.Vectors.Writer;
import jdk.incubator.vector.FloatVector;

/** Root-mean-square norm and its gradient, each reading its rows once, for widths that fill whole vectors. */
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
        Workers.each((rows + ROWS - 1) / ROWS, block -> {
            float[] line = new float[width];
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                in.row((long) row * width, line, width);
                inverses[row] = (float) (1 / Math.sqrt(product(line, line) / width + epsilon));
                scale(line, factors, inverses[row]);
                writer.row((long) row * width, line, width);
            }
        });
        return inverses;
    }

    private static float product(float[] left, float[] right) {
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int c = 0; c < left.length; c += LANES) {
            sum = sum.add(FloatVector.fromArray(FLOATS, left, c).mul(FloatVector.fromArray(FLOATS, right, c)));
        }
        return Vectors.sum(sum);
    }

    private static void scale(float[] line, float[] factors, float inverse) {
        for (int c = 0; c < line.length; c += LANES) {
            FloatVector.fromArray(FLOATS, line, c).mul(inverse).mul(FloatVector.fromArray(FLOATS, factors, c))
                    .intoArray(line, c);
        }
    }

    /** What the gradient is made of: the input, its inverses, the weight, the gradient of the result. */
    record Given(Tensor x, float[] inverses, Tensor weight, Tensor gradient) {}

    /** Writes the gradient by x and returns that by the weight, summed in an order that no number of threads changes. */
    static float[] backward(Given given, Tensor out) {
        int width = Math.toIntExact(given.x().size(-1));
        int rows = given.inverses().length;
        float[] factors = given.weight().toFloats();
        Reader in = Reader.of(given.x());
        Reader by = Reader.of(given.gradient());
        Writer writer = Writer.of(out);
        float[][] sums = new float[(rows + ROWS - 1) / ROWS][width];
        Workers.each(sums.length, block -> {
            float[] x = new float[width];
            float[] gradient = new float[width];
            for (int row = block * ROWS; row < Math.min(rows, (block + 1) * ROWS); row++) {
                in.row((long) row * width, x, width);
                by.row((long) row * width, gradient, width);
                differentiate(new Lines(x, gradient, factors, sums[block]), given.inverses()[row]);
                writer.row((long) row * width, x, width);
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

    private record Lines(float[] x, float[] gradient, float[] factors, float[] sums) {}

    /** Leaves the gradient by x in its place and adds to that by the weight. */
    private static void differentiate(Lines lines, float inverse) {
        for (int c = 0; c < lines.x.length; c += LANES) {
            FloatVector normed = FloatVector.fromArray(FLOATS, lines.x, c).mul(inverse);
            FloatVector by = FloatVector.fromArray(FLOATS, lines.gradient, c);
            FloatVector.fromArray(FLOATS, lines.sums, c).add(by.mul(normed)).intoArray(lines.sums, c);
            normed.intoArray(lines.x, c);
            by.mul(FloatVector.fromArray(FLOATS, lines.factors, c)).intoArray(lines.gradient, c);
        }
        float along = product(lines.x, lines.gradient) / lines.x.length;
        for (int c = 0; c < lines.x.length; c += LANES) {
            FloatVector normed = FloatVector.fromArray(FLOATS, lines.x, c);
            FloatVector.fromArray(FLOATS, lines.gradient, c).sub(normed.mul(along)).mul(inverse).intoArray(lines.x, c);
        }
    }
}
