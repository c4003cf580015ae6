package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.config.ConfigReader;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights that are stepped elsewhere than they are used, and copied back, become what they become in place. */
class OptimizerMemoryTest {
    /** As that of the host for a CUDA device, on the only device that every machine has. */
    private static final OptimizerMemory ELSEWHERE = new OptimizerMemory() {
        @Override
        public Tensor zeros(DType dtype, Device device, long... shape) {
            return Scope.owned(() -> Tensors.zeros(dtype, shape));
        }

        @Override
        public boolean away(Device device) { return true; }
    };

    @ParameterizedTest
    @CsvSource({"adamw, FLOAT32", "adamw, BFLOAT16", "adamw_8bit, FLOAT32", "adam, FLOAT32", "sgd, BFLOAT16",
            "sgd, FLOAT32", "adafactor, FLOAT32", "lion, FLOAT32", "rmsprop, FLOAT32", "adagrad, FLOAT32",
            "muon, FLOAT32",
            "schedule_free_adamw, BFLOAT16", "muon, BFLOAT16", "adafactor, BFLOAT16"})
    void stepsAreTheSame(String optim, DType dtype) {
        List<float[]> resident = stepped(optim, dtype, OptimizerMemory.RESIDENT);
        List<float[]> away = stepped(optim, dtype, ELSEWHERE);
        List<float[]> untouched = stepped("sgd", dtype, OptimizerMemory.RESIDENT);
        for (int i = 0; i < resident.size(); i++) {
            // AdamW in one pass of our own, which muon uses for vectors, and by libtorch's kernel: the last bit differs
            assertThat(away.get(i))
                    .usingComparatorWithPrecision(List.of("adamw", "adamw_8bit", "muon").contains(optim) ? 2e-6f : 0f)
                    .containsExactly(resident.get(i));
            if (!optim.equals("sgd")) {
                assertThat(away.get(i)).isNotEqualTo(untouched.get(i));
            }
        }
    }

    private static List<float[]> stepped(String optim, DType dtype, OptimizerMemory memory) {
        LearningSettings learning = ConfigReader.of(List.of(LearningSettings.class)).parse(List.of("--optim", optim))
                .get(LearningSettings.class);
        List<Parameter> parameters = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            parameters.add(parameter("matrix", dtype, 80, 64));
            parameters.add(parameter("vector", dtype, 64));
        }
        try (Optimizer optimizer = learning.optimizer()
                .create(new Trainees(parameters, parameter -> 1, parameter -> true, memory))) {
            for (int step = 0; step < 3; step++) {
                try (Scope scope = Scope.open()) {
                    for (Parameter parameter : parameters) {
                        parameter.accumulate(Randomness.of(step, parameter.name().hashCode()).normal(1, DType.FLOAT32,
                                Device.CPU, parameter.value().shape()).to(dtype));
                    }
                    optimizer.step(1e-2, 0.5);
                    parameters.forEach(Parameter::clearGradient);
                }
            }
            return parameters.stream().map(parameter -> read(parameter.value())).toList();
        } finally {
            parameters.forEach(Parameter::close);
        }
    }

    private static Parameter parameter(String name, DType dtype, long... shape) {
        return new Parameter(name, Randomness.of(7).normal(1, DType.FLOAT32, Device.CPU, shape).to(dtype).copy());
    }

    private static float[] read(Tensor value) {
        try (Scope scope = Scope.open()) {
            return value.to(DType.FLOAT32).toFloats();
        }
    }
}
