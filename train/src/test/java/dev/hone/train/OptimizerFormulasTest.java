package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Optimizers against their papers' formulas written out in double precision, and against each other. */
class OptimizerFormulasTest {
    private static final AdamW.Options ADAM = new AdamW.Options(0.9, 0.99, 1e-8, 0.1);
    private final List<Parameter> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() { open.forEach(Parameter::close); }

    private static Tensor normal(long seed, long... shape) {
        return Randomness.of(seed).normal(1, DType.FLOAT32, Device.CPU, shape);
    }

    private Parameter parameter(String name, DType dtype, long... shape) {
        try (Scope scope = Scope.open()) {
            Parameter parameter = new Parameter(name, normal(name.hashCode(), shape).to(dtype));
            open.add(parameter);
            return parameter;
        }
    }

    /** A gradient that is a function of the weights, so that every step depends on those before. */
    private static void step(Optimizer optimizer, List<Parameter> parameters, long number, double rate) {
        try (Scope scope = Scope.open()) {
            for (Parameter parameter : parameters) {
                Tensor value = parameter.value().to(DType.FLOAT32);
                Tensor noise = normal(number * 31 + parameter.name().hashCode(), value.shape());
                noise.mulInPlace(0.3);
                parameter.accumulate(value.add(noise).to(parameter.value().dtype()));
            }
            optimizer.step(rate, 1);
            parameters.forEach(Parameter::clearGradient);
        }
    }

    @Test
    void scheduleFreeEqualsItsPaper() {
        Parameter parameter = parameter("w", DType.FLOAT32, 5, 3);
        try (Scope scope = Scope.open();
                Optimizer optimizer = new ScheduleFreeAdamW(List.of(parameter), ADAM)) {
            double[] x = parameter.value().toDoubles();
            double[] z = x.clone();
            double[] v = new double[x.length];
            double sum = 0;
            double[] rates = {0, 5e-3, 1e-2, 1e-2, 1e-2, 1e-2};
            for (int t = 1; t <= rates.length; t++) {
                double[] noise = normal(t * 31 + "w".hashCode(), 5, 3).toDoubles();
                double rate = rates[t - 1];
                sum += rate * rate;
                double c = sum == 0 ? 0 : rate * rate / sum;
                for (int i = 0; i < x.length; i++) {
                    double y = 0.1 * z[i] + 0.9 * x[i];
                    double g = y + 0.3 * noise[i];
                    v[i] = 0.99 * v[i] + 0.01 * g * g;
                    z[i] -= rate * (g / (Math.sqrt(v[i] / (1 - Math.pow(0.99, t))) + 1e-8) + 0.1 * y);
                    x[i] = (1 - c) * x[i] + c * z[i];
                }
                step(optimizer, List.of(parameter), t, rate);
                assertThat(optimizer.weights(parameter).toDoubles()).usingComparatorWithPrecision(2e-6)
                        .containsExactly(x);
            }
            double[] training = parameter.value().toDoubles();
            for (int i = 0; i < x.length; i++) {
                assertThat(training[i]).isCloseTo(0.1 * z[i] + 0.9 * x[i], within(2e-6));
            }
            float[] before = parameter.value().toFloats();
            optimizer.finished(true);
            assertThat(parameter.value().toFloats()).isEqualTo(optimizer.weights(parameter).toFloats())
                    .isNotEqualTo(before);
            optimizer.finished(false);
            assertThat(parameter.value().toFloats()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"6, 4", "4, 6", "5, 5"})
    void muonEqualsItsDescription(int rows, int columns) {
        Parameter parameter = parameter("w", DType.FLOAT32, rows, columns);
        try (Scope scope = Scope.open();
                Optimizer optimizer = new Muon(List.of(parameter), new Muon.Options(0.95, ADAM))) {
            double[] w = parameter.value().toDoubles();
            double[] momentum = new double[w.length];
            for (int t = 1; t <= 4; t++) {
                double[] noise = normal(t * 31 + "w".hashCode(), rows, columns).toDoubles();
                double[][] direction = new double[rows][columns];
                for (int i = 0; i < w.length; i++) {
                    double g = w[i] + 0.3 * noise[i];
                    momentum[i] = 0.95 * momentum[i] + 0.05 * g;
                    direction[i / columns][i % columns] = 0.05 * g + 0.95 * momentum[i];
                }
                double[][] update = newtonSchulz(direction);
                for (int i = 0; i < w.length; i++) {
                    w[i] = w[i] * (1 - 1e-2 * 0.1)
                            - 1e-2 * 0.2 * Math.sqrt(Math.max(rows, columns)) * update[i / columns][i % columns];
                }
                step(optimizer, List.of(parameter), t, 1e-2);
                assertThat(parameter.value().toDoubles()).usingComparatorWithPrecision(1e-5).containsExactly(w);
            }
        }
    }

    private static double[][] newtonSchulz(double[][] matrix) {
        double norm = 0;
        for (double[] row : matrix) {
            for (double value : row) {
                norm += value * value;
            }
        }
        double[][] x = combine(1 / (Math.sqrt(norm) + 1e-7), matrix, 0, matrix);
        for (int i = 0; i < 5; i++) {
            double[][] square = times(x, transposed(x));
            double[][] factor = combine(-4.7750, square, 2.0315, times(square, square));
            x = combine(3.4445, x, 1, times(factor, x));
        }
        return x;
    }

    private static double[][] combine(double a, double[][] left, double b, double[][] right) {
        double[][] sum = new double[left.length][left[0].length];
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum[0].length; j++) {
                sum[i][j] = a * left[i][j] + b * right[i][j];
            }
        }
        return sum;
    }

    private static double[][] times(double[][] left, double[][] right) {
        double[][] product = new double[left.length][right[0].length];
        for (int i = 0; i < left.length; i++) {
            for (int j = 0; j < right[0].length; j++) {
                for (int k = 0; k < right.length; k++) {
                    product[i][j] += left[i][k] * right[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] matrix) {
        double[][] turned = new double[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix[0].length; j++) {
                turned[j][i] = matrix[i][j];
            }
        }
        return turned;
    }

    @Test
    void muonLeavesVectorsAndWhatIsInNoLayerToAdamW() {
        Parameter table = parameter("table", DType.FLOAT32, 8, 4);
        Parameter inner = parameter("inner", DType.FLOAT32, 4, 4);
        Parameter bias = parameter("bias", DType.FLOAT32, 4);
        Parameter same = parameter("table", DType.FLOAT32, 8, 4);
        Trainees trainees = new Trainees(List.of(table, inner, bias), parameter -> 1, parameter -> parameter != table,
                OptimizerMemory.RESIDENT);
        try (Scope scope = Scope.open();
                Optimizer muon = new Muon(trainees, new Muon.Options(0.95, ADAM));
                Optimizer adam = new AdamW(List.of(same), ADAM)) {
            assertThat(muon.state().keySet()).contains("inner.momentum_buffer", "table.exp_avg", "bias.exp_avg_sq")
                    .doesNotContain("inner.exp_avg", "table.momentum_buffer");
            step(muon, List.of(table, inner, bias), 1, 1e-2);
            step(adam, List.of(same), 1, 1e-2);
            assertThat(table.value().toFloats()).isEqualTo(same.value().toFloats());
        }
    }

    /** 200 steps with noise: the weights end within 3% of the way that float32 state went, its length for a yardstick. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16"})
    void eightBitsFollowThirtyTwo(DType dtype) {
        Parameter wide = parameter("w", dtype, 50, 100);
        Parameter narrow = parameter("w", dtype, 50, 100);
        try (Scope scope = Scope.open();
                Optimizer whole = new AdamW(List.of(wide), ADAM);
                Optimizer eight = new AdamW8bit(List.of(narrow), ADAM)) {
            double[] begun = whole.weights(wide).toDoubles();
            for (int t = 1; t <= 200; t++) {
                step(whole, List.of(wide), t, 1e-2);
                step(eight, List.of(narrow), t, 1e-2);
            }
            double[] a = whole.weights(wide).toDoubles();
            double[] b = eight.weights(narrow).toDoubles();
            double way = 0;
            double apart = 0;
            for (int i = 0; i < a.length; i++) {
                way += (a[i] - begun[i]) * (a[i] - begun[i]);
                apart += (a[i] - b[i]) * (a[i] - b[i]);
            }
            assertThat(Math.sqrt(apart / way)).isGreaterThan(0).isLessThan(0.03);
            long masters = dtype == DType.FLOAT32 ? 0 : 5000 * 4;
            assertThat((double) (eight.bytes() - masters) / (whole.bytes() - masters)).isBetween(0.25, 0.27);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"FLOAT32", "BFLOAT16"})
    void eightBitStateResumesBitForBit(DType dtype) {
        Parameter whole = parameter("w", dtype, 70, 70);
        Parameter resumed = parameter("w", dtype, 70, 70);
        try (Scope scope = Scope.open();
                Optimizer straight = new AdamW8bit(List.of(whole), ADAM);
                Optimizer second = new AdamW8bit(List.of(resumed), ADAM)) {
            assertThat(straight.state().get("w.exp_avg").dtype()).isEqualTo(DType.UINT8);
            step(straight, List.of(whole), 1, 1e-2);
            step(straight, List.of(whole), 2, 1e-2);
            Map<String, Tensor> saved = new HashMap<>();
            straight.state().forEach((name, tensor) -> saved.put(name, tensor.copy()));
            resumed.value().copyFrom(whole.value());
            second.restore(saved);
            for (int t = 3; t <= 6; t++) {
                step(straight, List.of(whole), t, 1e-2);
                step(second, List.of(resumed), t, 1e-2);
            }
            assertThat(second.weights(resumed).toFloats()).isEqualTo(straight.weights(whole).toFloats());
            straight.state().forEach((name, tensor) -> assertThat(second.state().get(name).toFloats()).as(name)
                    .isEqualTo(tensor.toFloats()));
        }
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void mappedStateGivesTheSameBitsAndItsFileGoes(OptimizerKind kind) {
        OptimizerSettings settings = new OptimizerSettings(kind, 1e-3, 0.1, 0.9, 0.99, 1e-8,
                kind == OptimizerKind.SGD ? 0.9 : 0, false);
        Path file = folder.resolve("state");
        List<Parameter> resident = List.of(parameter("w", DType.BFLOAT16, 70, 70), parameter("b", DType.BFLOAT16, 70));
        List<Parameter> paged = List.of(parameter("w", DType.BFLOAT16, 70, 70), parameter("b", DType.BFLOAT16, 70));
        MappedMemory memory = new MappedMemory(file);
        try (Scope scope = Scope.open();
                Optimizer one = settings.create(resident);
                Optimizer two = settings.create(
                        new Trainees(paged, parameter -> 1, parameter -> true, memory))) {
            for (int t = 1; t <= 3; t++) {
                step(one, resident, t, 1e-2);
                step(two, paged, t, 1e-2);
            }
            assertThat(two.weights(paged.getFirst()).toFloats()).isEqualTo(one.weights(resident.getFirst()).toFloats());
            one.state().forEach((name, tensor) -> assertThat(two.state().get(name).toFloats()).as(name)
                    .isEqualTo(tensor.toFloats()));
            assertThat(memory.bytes()).isGreaterThanOrEqualTo(two.bytes() - 200);
            assertThat(file).hasSize(memory.bytes());
        }
        assertThat(Files.exists(file)).isFalse();
    }

    @Test
    void followsWhatTrains() {
        Parameter kept = parameter("kept", DType.BFLOAT16, 4, 4);
        Parameter turns = parameter("turns", DType.BFLOAT16, 4, 4);
        List<Parameter> both = List.of(kept, turns);
        try (Scope scope = Scope.open(); Optimizer optimizer = new ScheduleFreeAdamW(both, ADAM)) {
            step(optimizer, both, 1, 1e-2);
            step(optimizer, both, 2, 1e-2);
            float[] averaged = optimizer.weights(turns).to(DType.BFLOAT16).toFloats();
            turns.trainable(false);
            optimizer.follow();
            assertThat(turns.value().toFloats()).isEqualTo(averaged);
            assertThat(optimizer.state().keySet()).allMatch(name -> name.startsWith("kept."));
            assertThat(optimizer.state().get("kept.step").toLongs()).containsExactly(2);
            turns.trainable(true);
            optimizer.follow();
            assertThat(optimizer.state().get("turns.step").toLongs()).containsExactly(0);
            assertThat(optimizer.state().get("kept.step").toLongs()).containsExactly(2);
        }
    }

    @Test
    void learningRatesOfParametersMultiply() {
        Parameter slow = parameter("w", DType.FLOAT32, 4, 4);
        Parameter plain = parameter("w", DType.FLOAT32, 4, 4);
        try (Scope scope = Scope.open();
                Optimizer half = new AdamW(new Trainees(List.of(slow), parameter -> 0.5, parameter -> true,
                        OptimizerMemory.RESIDENT), ADAM);
                Optimizer whole = new AdamW(List.of(plain), ADAM)) {
            step(half, List.of(slow), 1, 1e-2);
            step(whole, List.of(plain), 1, 5e-3);
            assertThat(slow.value().toFloats()).isEqualTo(plain.value().toFloats());
        }
    }
}
