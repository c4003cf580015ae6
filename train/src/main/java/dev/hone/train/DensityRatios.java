package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Encoded;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How probable each row's prompt is among the desirable rows, against the undesirable ones: p/(1−p) of a logistic regression
 * on prompts, both classes weighing the same (underlying-distribution matching of BCO, arXiv 2404.04656, §4.2). A prompt is
 * the mean of the model's last hidden states over its tokens, standardised.
 */
final class DensityRatios {
    private static final int STEPS = 300;
    private static final double RATE = 0.5;
    /** Keeps weights finite where the classes can be told apart without error. */
    private static final double DECAY = 1e-2;
    private static final double LEAST_PROBABILITY = 1e-6;

    private DensityRatios() {}

    /** One for each row. */
    static double[] of(Decoder model, List<JudgedRow> rows, int microbatchTokens) {
        double[][] features = standardised(embeddings(model, rows, microbatchTokens));
        boolean[] desirable = new boolean[rows.size()];
        for (int i = 0; i < desirable.length; i++) {
            desirable[i] = rows.get(i).desirable();
        }
        return ratios(features, desirable);
    }

    private static double[][] embeddings(Decoder model, List<JudgedRow> rows, int microbatchTokens) {
        List<double[]> all = new ArrayList<>();
        for (List<JudgedRow> part : RowSource.inOrder(rows, microbatchTokens)) {
            try (Scope scope = Scope.open()) {
                Rows prompts = Rows.of(Packer.batch(part.stream().map(DensityRatios::prompt).toList()),
                        model.vocabulary(), model.device());
                int[] owners = new int[prompts.tokens()];
                for (int n = 0; n < part.size(); n++) {
                    Arrays.fill(owners, prompts.starts()[n], prompts.starts()[n + 1], n);
                }
                Tensor hidden = model.hidden(Tape.inference(), prompts, HiddenOptions.PLAIN).to(DType.FLOAT32);
                Tensor sums = Tensors.zeros(DType.FLOAT32, model.device(), part.size(), model.width());
                sums.indexAddInPlace(0, Tensors.indices(owners).to(model.device()), hidden);
                double[] flat = sums.toDoubles();
                for (int n = 0; n < part.size(); n++) {
                    int length = prompts.starts()[n + 1] - prompts.starts()[n];
                    all.add(Arrays.stream(flat, n * model.width(), (n + 1) * model.width()).map(x -> x / length)
                            .toArray());
                }
            }
        }
        return all.toArray(double[][]::new);
    }

    /** The prompt alone; the first token of a row without one. */
    private static Encoded prompt(JudgedRow row) {
        int length = Math.max(1, row.promptLength());
        return new Encoded(Arrays.copyOf(row.packed().ids(), length), new float[length]);
    }

    private static double[][] standardised(double[][] rows) {
        for (int c = 0; c < rows[0].length; c++) {
            int column = c;
            double mean = Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElse(0);
            double spread = Math.sqrt(Arrays.stream(rows).mapToDouble(row -> row[column] - mean).map(x -> x * x)
                    .average().orElse(0));
            for (double[] row : rows) {
                row[c] = spread > 0 ? (row[c] - mean) / spread : 0;
            }
        }
        return rows;
    }

    /** p/(1−p) of a logistic regression by gradient descent, each class weighing a half. */
    static double[] ratios(double[][] rows, boolean[] desirable) {
        int width = rows[0].length;
        int good = 0;
        for (boolean label : desirable) {
            good += label ? 1 : 0;
        }
        double[] shares = {0.5 / Math.max(1, rows.length - good), 0.5 / Math.max(1, good)};
        double[] weights = new double[width + 1];
        for (int step = 0; step < STEPS; step++) {
            double[] gradient = new double[width + 1];
            for (int i = 0; i < rows.length; i++) {
                double error = (probability(weights, rows[i]) - (desirable[i] ? 1 : 0)) * shares[desirable[i] ? 1 : 0];
                for (int c = 0; c < width; c++) {
                    gradient[c] += error * rows[i][c];
                }
                gradient[width] += error;
            }
            for (int c = 0; c <= width; c++) {
                weights[c] -= RATE * (gradient[c] + (c < width ? DECAY * weights[c] : 0));
            }
        }
        return Arrays.stream(rows).mapToDouble(row -> probability(weights, row))
                .map(p -> Math.clamp(p, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)).map(p -> p / (1 - p)).toArray();
    }

    private static double probability(double[] weights, double[] row) {
        double score = weights[row.length];
        for (int c = 0; c < row.length; c++) {
            score += weights[c] * row[c];
        }
        return 1 / (1 + Math.exp(-score));
    }
}
