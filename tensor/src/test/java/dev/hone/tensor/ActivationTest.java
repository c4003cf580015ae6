package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values against the formulas, gradients against differences of them, in float64. */
class ActivationTest {

    @ParameterizedTest
    @EnumSource(Activation.class)
    void valueAndGradient(Activation activation) {
        double[] points = {-4, -1.3, -0.2, 1e-3, 0.7, 2.5, 6};
        DoubleUnaryOperator formula = formula(activation);
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.gradients();
            Tensor x = tape.track(Tensors.of(points));
            Tensor y = activation.apply(tape, x);
            double[] values = y.toDoubles();
            tape.backward(y, Tensors.full(3, DType.FLOAT64, points.length));
            double[] gradients = tape.gradient(x).toDoubles();
            double step = 1e-4;
            for (int i = 0; i < points.length; i++) {
                double slope = (formula.applyAsDouble(points[i] + step) - formula.applyAsDouble(points[i] - step))
                        / (2 * step);
                assertThat(values[i]).as("at %s", points[i]).isCloseTo(formula.applyAsDouble(points[i]), within(1e-7));
                assertThat(gradients[i]).as("slope at %s", points[i]).isCloseTo(3 * slope, within(1e-5));
            }
        }
    }

    private static DoubleUnaryOperator formula(Activation activation) {
        return switch (activation) {
            case GELU -> x -> x * normal(x);
            case GELU_TANH -> x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case RELU -> x -> Math.max(x, 0);
            case TANH -> Math::tanh;
        };
    }

    /** Φ(x) by Simpson's rule. */
    private static double normal(double x) {
        int parts = 2000;
        double width = x / parts;
        double sum = 0;
        for (int i = 0; i <= parts; i++) {
            double at = i * width;
            sum += (i == 0 || i == parts ? 1 : i % 2 == 1 ? 4 : 2) * Math.exp(-at * at / 2);
        }
        return 0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI);
    }
}
