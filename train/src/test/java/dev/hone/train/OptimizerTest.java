package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptimizerTest {
    private final List<Parameter> open = new java.util.ArrayList<>();

    @AfterEach
    void close() { open.forEach(Parameter::close); }

    private static OptimizerSettings settings(OptimizerKind kind, double decay) {
        return new OptimizerSettings(kind, 1e-3, decay, 0.9, 0.99, 1e-8, kind == OptimizerKind.SGD ? 0.9 : 0, false);
    }

    private static Tensor normal(long seed, long... shape) {
        return Randomness.of(seed).normal(1, DType.FLOAT32, Device.CPU, shape);
    }

    private Parameter parameter(String name, Tensor value) {
        Parameter parameter = new Parameter(name, value);
        open.add(parameter);
        return parameter;
    }

    /** A matrix of two fused ones, a bias and a norm, in the given type. */
    private List<Parameter> model(DType dtype) {
        try (Scope scope = Scope.open()) {
            Parameter fused = new Parameter(
                    List.of(new Parameter.Slice("q.weight", 0, 4), new Parameter.Slice("k.weight", 4, 2)),
                    normal(1, 6, 5).to(dtype));
            open.add(fused);
            return List.of(fused, parameter("q.bias", normal(2, 6).to(dtype)),
                    parameter("norm.weight", normal(3, 5).to(dtype)));
        }
    }

    private static void step(Optimizer optimizer, List<Parameter> parameters, int number) {
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < parameters.size(); i++) {
                Tensor value = parameters.get(i).value();
                parameters.get(i).accumulate(normal(100L * number + i, value.shape()).to(value.dtype()));
            }
            optimizer.step(1e-2, 0.5);
            parameters.forEach(Parameter::clearGradient);
        }
    }

    private static List<float[]> values(List<Parameter> parameters, Optimizer optimizer) {
        return parameters.stream().map(parameter -> optimizer.weights(parameter).toFloats()).toList();
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void resumedStateContinuesBitForBit(OptimizerKind kind) {
        for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
            List<Parameter> whole = model(dtype);
            List<Parameter> resumed = model(dtype);
            try (Scope scope = Scope.open();
                    Optimizer straight = settings(kind, 0.1).create(whole);
                    Optimizer second = settings(kind, 0.1).create(resumed)) {
                step(straight, whole, 1);
                step(straight, whole, 2);
                Map<String, Tensor> saved = new HashMap<>();
                straight.state().forEach((name, tensor) -> saved.put(name, tensor.copy()));
                for (int i = 0; i < whole.size(); i++) {
                    resumed.get(i).value().copyFrom(whole.get(i).value());
                }
                step(straight, whole, 3);
                step(straight, whole, 4);

                second.restore(saved);
                step(second, resumed, 3);
                step(second, resumed, 4);
                for (int i = 0; i < whole.size(); i++) {
                    assertThat(values(resumed, second).get(i)).isEqualTo(values(whole, straight).get(i));
                    assertThat(resumed.get(i).value().toFloats()).isEqualTo(whole.get(i).value().toFloats());
                }
                assertThat(second.state().get("q.weight.step").toLongs()).containsExactly(4);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void onlyMatricesDecay(OptimizerKind kind) {
        List<Parameter> decayed = model(DType.FLOAT32);
        List<Parameter> plain = model(DType.FLOAT32);
        try (Optimizer with = settings(kind, 0.5).create(decayed);
                Optimizer without = settings(kind, 0).create(plain)) {
            step(with, decayed, 1);
            step(without, plain, 1);
            assertThat(decayed.get(0).value().toFloats()).isNotEqualTo(plain.get(0).value().toFloats());
            assertThat(decayed.get(1).value().toFloats()).isEqualTo(plain.get(1).value().toFloats());
            assertThat(decayed.get(2).value().toFloats()).isEqualTo(plain.get(2).value().toFloats());
        }
    }

    @ParameterizedTest
    @EnumSource(OptimizerKind.class)
    void masterWeightsKeepStepsTooSmallForTheValue(OptimizerKind kind) {
        Parameter narrow;
        Parameter wide;
        try (Scope scope = Scope.open()) {
            narrow = parameter("narrow", Tensors.full(1, DType.BFLOAT16, 4, 8));
            wide = parameter("wide", Tensors.full(1, DType.FLOAT32, 4, 8));
        }
        List<Parameter> both = List.of(narrow, wide);
        try (Scope scope = Scope.open(); Optimizer optimizer = settings(kind, 0).create(both)) {
            // 1 and the next bfloat16 below it differ by 1/256
            double rate = switch (kind) {
                case SGD -> 1e-5;
                case ADAGRAD, MUON -> 1e-3;
                default -> 1e-4;
            };
            for (int i = 0; i < 100; i++) {
                for (Parameter parameter : both) {
                    parameter.accumulate(Tensors.full(1, parameter.value().dtype(), 4, 8));
                }
                optimizer.step(rate, 1);
                both.forEach(Parameter::clearGradient);
                if (i == 0) {
                    assertThat(narrow.value().toFloats()[0]).isEqualTo(1);
                    assertThat(optimizer.weights(narrow).toFloats()[0]).isLessThan(1);
                }
            }
            optimizer.finished(true);
            float expected = wide.value().toFloats()[31];
            assertThat(expected).isLessThan(1 - 1 / 256f);
            assertThat(optimizer.weights(narrow).toFloats()[31]).isCloseTo(expected, within(1e-6f));
            assertThat(narrow.value().toFloats()).isEqualTo(optimizer.weights(narrow).to(DType.BFLOAT16).toFloats());
        }
    }

    @Test
    void lionEqualsItsPaper() {
        List<Parameter> model = model(DType.FLOAT32);
        try (Scope scope = Scope.open();
                Optimizer lion = new Lion(model, new Lion.Options(0.9, 0.99, 0.1))) {
            double[] weights = model.get(0).value().toDoubles();
            double[] momentum = new double[weights.length];
            for (int number = 1; number <= 5; number++) {
                double[] gradient = normal(100L * number, 6, 5).toDoubles();
                step(lion, model, number);
                for (int i = 0; i < weights.length; i++) {
                    double g = 0.5 * gradient[i];
                    double direction = Math.signum(0.9 * momentum[i] + 0.1 * g);
                    weights[i] -= 1e-2 * (direction + 0.1 * weights[i]);
                    momentum[i] = 0.99 * momentum[i] + 0.01 * g;
                }
            }
            assertThat(model.get(0).value().toDoubles()).usingComparatorWithPrecision(1e-6).containsExactly(weights);
        }
    }

    @Test
    void adafactorTreatsFusedMatricesAsIfTheyStoodAlone() {
        List<Parameter> fused = model(DType.FLOAT32).subList(0, 1);
        Parameter q;
        Parameter k;
        try (Scope scope = Scope.open()) {
            q = parameter("q.weight", normal(1, 6, 5).narrow(0, 0, 4).copy());
            k = parameter("k.weight", normal(1, 6, 5).narrow(0, 4, 2).copy());
        }
        Adafactor.Options options = new Adafactor.Options(1e-30, 1, -0.8, 0.1,
                new Adafactor.Rate(true, 1e-3, true, true));
        try (Scope scope = Scope.open();
                Optimizer one = new Adafactor(fused, options);
                Optimizer two = new Adafactor(List.of(q, k), options)) {
            for (int number = 1; number <= 3; number++) {
                Tensor gradient = normal(100L * number, 6, 5);
                q.accumulate(gradient.narrow(0, 0, 4));
                k.accumulate(gradient.narrow(0, 4, 2));
                step(one, fused, number);
                two.step(1e-2, 0.5);
                List.of(q, k).forEach(Parameter::clearGradient);
            }
            Tensor apart = Tensors.cat(List.of(q.value(), k.value()), 0);
            assertThat(fused.getFirst().value().toFloats()).isEqualTo(apart.toFloats());
            assertThat(one.state().keySet()).contains("q.weight.exp_avg_sq_row", "k.weight.exp_avg_sq_col");
        }
    }

    @Test
    void severalChunksEqualOne() {
        long rows = 1030; // 1030 · 1030 is a little more than one chunk
        try (Scope scope = Scope.open()) {
            Parameter long1 = parameter("long", normal(1, rows, rows));
            Parameter tail = parameter("tail", long1.value().narrow(0, rows - 20, 20).copy());
            try (Optimizer first = settings(OptimizerKind.LION, 0.1).create(List.of(long1));
                    Optimizer second = settings(OptimizerKind.LION, 0.1).create(List.of(tail))) {
                long1.accumulate(normal(2, rows, rows));
                tail.accumulate(long1.gradient().orElseThrow().narrow(0, rows - 20, 20));
                first.step(1e-2, 0.5);
                second.step(1e-2, 0.5);
                assertThat(long1.value().narrow(0, rows - 20, 20).toFloats()).isEqualTo(tail.value().toFloats());
            }
        }
    }

    @Test
    void leavesFrozenAndUntouchedParametersAlone() {
        List<Parameter> model = model(DType.BFLOAT16);
        model.get(2).trainable(false);
        try (Scope scope = Scope.open(); Optimizer optimizer = settings(OptimizerKind.ADAMW, 0.1).create(model)) {
            float[] before = model.get(1).value().toFloats();
            model.get(0).accumulate(normal(9, 6, 5).to(DType.BFLOAT16));
            optimizer.step(1e-2, 1);
            assertThat(model.get(1).value().toFloats()).isEqualTo(before);
            assertThat(optimizer.state().get("q.bias.step").toLongs()).containsExactly(0);
            assertThat(optimizer.state().keySet()).noneMatch(name -> name.startsWith("norm"));
            assertThat(optimizer.bytes()).isEqualTo((30 + 6) * 12 + 2 * 8);
            assertThatThrownBy(() -> optimizer.weights(model.get(2))).hasMessageContaining("norm.weight");
        }
    }

    @Test
    void assignStartsFromWiderWeights() {
        List<Parameter> model = model(DType.BFLOAT16);
        try (Scope scope = Scope.open(); Optimizer optimizer = settings(OptimizerKind.ADAMW, 0).create(model)) {
            Tensor exact = normal(1, 6, 5);
            optimizer.assign(model.getFirst(), exact);
            assertThat(optimizer.weights(model.getFirst()).toFloats()).isEqualTo(exact.toFloats());
            assertThat(model.getFirst().value().toFloats()).isEqualTo(exact.to(DType.BFLOAT16).toFloats());
            assertThatThrownBy(() -> optimizer.assign(model.getFirst(), normal(1, 5, 6)))
                    .hasMessageContaining("expected its shape");
        }
    }

    @Test
    void refusesAStepThatIsNotFinite() {
        List<Parameter> model = model(DType.FLOAT32);
        try (Scope scope = Scope.open(); Optimizer optimizer = settings(OptimizerKind.ADAMW, 0).create(model)) {
            model.getFirst().accumulate(normal(1, 6, 5));
            assertThatThrownBy(() -> optimizer.step(1e-3, Double.NaN)).hasMessageContaining("gradient scale NaN");
            assertThatThrownBy(() -> optimizer.step(Double.POSITIVE_INFINITY, 1)).hasMessageContaining("Infinity");
            assertThat(optimizer.state().get("q.weight.step").toLongs()).containsExactly(0);
        }
    }

    @Test
    void refusesAStateOfAnotherRunAndChangesNothing() {
        List<Parameter> model = model(DType.BFLOAT16);
        try (Scope scope = Scope.open(); Optimizer optimizer = settings(OptimizerKind.ADAMW, 0).create(model)) {
            step(optimizer, model, 1);
            Map<String, Tensor> lacking = new HashMap<>(optimizer.state());
            lacking.remove("q.bias.exp_avg");
            assertThatThrownBy(() -> optimizer.restore(lacking)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("lacks q.bias.exp_avg").hasMessageContaining("Resume with");
            Map<String, Tensor> misshapen = new HashMap<>(optimizer.state());
            misshapen.replaceAll(
                    (name, tensor) -> name.endsWith("exp_avg_sq") ? Tensors.zeros(DType.FLOAT32, 3) : tensor);
            float[] before = optimizer.weights(model.getFirst()).toFloats();
            assertThatThrownBy(() -> optimizer.restore(misshapen)).isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("exp_avg_sq").hasMessageContaining("[3]");
            assertThat(optimizer.weights(model.getFirst()).toFloats()).isEqualTo(before);
            try (Optimizer other = settings(OptimizerKind.SGD, 0).create(model)) {
                assertThatThrownBy(() -> other.restore(optimizer.state())).hasMessageContaining("expected the state of")
                        .hasMessageContaining("Sgd");
            }
        }
    }

    @Test
    void namesAndRanges() {
        assertThat(OptimizerKind.of("adamw_torch_fused")).isEqualTo(OptimizerKind.ADAMW);
        assertThat(OptimizerKind.of("AdamW_Torch")).isEqualTo(OptimizerKind.ADAMW);
        assertThat(OptimizerKind.of("lion_32bit")).isEqualTo(OptimizerKind.LION);
        assertThatThrownBy(() -> OptimizerKind.of("adamx")).hasMessageContaining("'adamx'")
                .hasMessageContaining("adafactor");
        assertThatThrownBy(() -> new AdamW.Options(1, 0.9, 1e-8, 0)).hasMessageContaining("adam_beta1 is 1.0");
        assertThatThrownBy(() -> new Sgd.Options(0, true, 0)).hasMessageContaining("nesterov");
        assertThatThrownBy(() -> OptimizerSettings.DEFAULTS.create(List.of()))
                .hasMessageContaining("none of 0 parameters");
        List<Parameter> twice = model(DType.FLOAT32);
        assertThatThrownBy(() -> OptimizerSettings.DEFAULTS.create(List.of(twice.get(0), twice.get(0))))
                .hasMessageContaining("two parameters are named q.weight");
    }
}
