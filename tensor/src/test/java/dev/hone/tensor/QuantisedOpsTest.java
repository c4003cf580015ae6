package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A linear layer of codes against the dense layer of the values that they stand for. */
class QuantisedOpsTest {
    private final Randomness random = Randomness.of(8);

    /** Few rows and many, rows of whole blocks and not, one block of scratch memory and several. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1, 128, 48, 80", "FLOAT32, 2, 128, 48, 80", "FLOAT32, 3, 128, 48, 80",
            "FLOAT32, 2, 90, 48, 80", "FLOAT64, 2, 128, 48, 80", "BFLOAT16, 2, 192, 64, 16",
            "BFLOAT16, 40, 192, 64, 16", "FLOAT32, 5, 1024, 1700, 300", "FLOAT32, 2, 1024, 1700, 300",
            "FLOAT32, 6, 1025, 4200, 64", "BFLOAT16, 7, 4096, 2200, 64"})
    void isTheDenseLayer(DType dtype, long tokens, long inputs, long first, long second) {
        try (Scope scope = Scope.open()) {
            Tensor upper = random.normal(0.3, DType.FLOAT32, Device.CPU, first, inputs);
            Tensor lower = random.normal(0.3, DType.FLOAT32, Device.CPU, second, inputs);
            try (Nf4Matrix nf4 = Nf4Matrix.quantise(upper, 64, true, Device.CPU);
                    Nf4Matrix nf4Lower = Nf4Matrix.quantise(lower, 64, true, Device.CPU);
                    Int8Matrix int8 = Int8Matrix.quantise(upper, Device.CPU);
                    Int8Matrix int8Lower = Int8Matrix.quantise(lower, Device.CPU)) {
                compare(dtype, tokens, List.of(nf4, nf4Lower));
                compare(dtype, tokens, List.of(int8, int8Lower));
                compare(dtype, tokens, List.of(nf4));
            }
        }
    }

    private void compare(DType dtype, long tokens, List<QuantisedMatrix> parts) {
        long outputs = parts.stream().mapToLong(QuantisedMatrix::rows).sum();
        long inputs = parts.getFirst().columns();
        double tolerance = dtype == DType.BFLOAT16 ? 1.5e-2 : 2e-5;
        Tensor dense = Tensors.cat(parts.stream().map(part -> part.dequantised(dtype)).toList(), 0);
        Tensor x = random.normal(1, DType.FLOAT32, Device.CPU, tokens, inputs).to(dtype);
        Tensor by = random.normal(1, DType.FLOAT32, Device.CPU, tokens, outputs).to(dtype);
        try (Parameter weight = new Parameter("w", dense);
                Parameter bias = new Parameter("b", random.normal(1, DType.FLOAT32, Device.CPU, outputs).to(dtype));
                Parameter same = new Parameter("b", bias.value().copy())) {
            Tape expected = Tape.gradients();
            Tensor left = expected.track(x.copy());
            Tensor y = Ops.linear(expected, left, weight, Optional.of(bias));
            Tape tape = Tape.gradients();
            Tensor right = tape.track(x.copy());
            Tensor actual = QuantisedOps.linear(tape, right, parts, Optional.of(same));
            near(actual, y, tolerance);
            near(QuantisedOps.linear(Tape.inference(), x, parts, Optional.empty()), y.sub(bias.value()), tolerance);
            near(QuantisedOps.product(x, parts), y.sub(bias.value()), tolerance);
            expected.backward(y, by.copy());
            tape.backward(actual, by.copy());
            Tensor byX = expected.gradient(left);
            near(tape.gradient(right), byX, tolerance);
            near(QuantisedOps.inputGradient(by, parts), byX, tolerance);
            near(same.gradient().orElseThrow(), bias.gradient().orElseThrow(), 0);
        }
    }

    @Test
    void keepsNothingThatIsNotAsked() {
        try (Scope scope = Scope.open();
                Int8Matrix weight = Int8Matrix.quantise(random.normal(1, DType.FLOAT32, Device.CPU, 8, 16),
                        Device.CPU)) {
            Tensor x = random.normal(1, DType.FLOAT32, Device.CPU, 4, 16);
            long before = Scope.liveHandles();
            Tape tape = Tape.gradients();
            Tensor y = QuantisedOps.linear(tape, x, List.of(weight), Optional.empty());
            assertThat(Scope.liveHandles()).isEqualTo(before + 1);
            assertThat(tape.tracks(y)).isFalse();
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (Scope scope = Scope.open();
                Int8Matrix weight = Int8Matrix.quantise(random.normal(1, DType.FLOAT32, Device.CPU, 8, 16), Device.CPU);
                Parameter bias = new Parameter("b", Tensors.zeros(DType.FLOAT32, 7))) {
            Tensor x = Tensors.zeros(DType.FLOAT32, 4, 16);
            Tape tape = Tape.inference();
            assertThatThrownBy(
                    () -> QuantisedOps.linear(tape, Tensors.zeros(DType.FLOAT32, 4, 15), List.of(weight),
                            Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[4, 15]");
            assertThatThrownBy(() -> QuantisedOps.linear(tape, x, List.of(weight), Optional.of(bias)))
                    .hasMessageContaining("bias");
            assertThatThrownBy(() -> QuantisedOps.product(x, List.of())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> QuantisedOps.inputGradient(x, List.of(weight)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[4, 16]");
            assertThatThrownBy(() -> QuantisedOps.linear(tape, x, List.of(), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void near(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        double scale = Math.max(1, expected.to(DType.FLOAT64).abs().max().item());
        assertThat(actual.to(DType.FLOAT64).sub(expected.to(DType.FLOAT64)).abs().max().item())
                .isLessThanOrEqualTo(tolerance * scale);
    }
}
