package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every hand-written gradient against libtorch's own, in float64 where the op allows it. */
class OpsTest {
    private static final long ROWS = 5;
    private static final long WIDTH = 8;

    private final Randomness random = Randomness.of(7);

    @Test
    void linearWithBias() {
        try (Scope scope = Scope.open();
                Parameter weight = parameter("w", 6, WIDTH);
                Parameter bias = parameter("b", 6)) {
            check(input(), (tape, x) -> Ops.linear(tape, x, weight, Optional.of(bias)), List.of(weight, bias),
                    parts -> parts.get(0).matmul(parts.get(1).t()).add(parts.get(2)));
        }
    }

    @Test
    void linearStoredInOut() {
        try (Scope scope = Scope.open();
                Parameter weight = parameter("w", WIDTH, 6);
                Parameter bias = parameter("b", 6)) {
            check(input(), (tape, x) -> Ops.linearInOut(tape, x, weight, Optional.of(bias)), List.of(weight, bias),
                    parts -> parts.get(0).matmul(parts.get(1)).add(parts.get(2)));
        }
    }

    @Test
    void rmsNorm() {
        try (Scope scope = Scope.open(); Parameter weight = parameter("w", WIDTH)) {
            check(input(), (tape, x) -> Ops.rmsNorm(tape, x, weight, 1e-5), List.of(weight), parts -> {
                Tensor x = parts.get(0);
                return x.mul(x.square().mean(-1, true).add(1e-5).rsqrt()).mul(parts.get(1));
            });
        }
    }

    @Test
    void layerNorm() {
        try (Scope scope = Scope.open();
                Parameter weight = parameter("w", WIDTH);
                Parameter bias = parameter("b", WIDTH)) {
            check(input(), (tape, x) -> Ops.layerNorm(tape, x, weight, bias, 1e-5), List.of(weight, bias), parts -> {
                Tensor centred = parts.get(0).sub(parts.get(0).mean(-1, true));
                return centred.mul(centred.square().mean(-1, true).add(1e-5).rsqrt()).mul(parts.get(1))
                        .add(parts.get(2));
            });
        }
    }

    @Test
    void swiglu() {
        try (Scope scope = Scope.open()) {
            check(input(), Ops::swiglu, List.of(),
                    parts -> parts.get(0).narrow(1, 0, WIDTH / 2).silu()
                            .mul(parts.get(0).narrow(1, WIDTH / 2, WIDTH / 2)));
        }
    }

    @Test
    void gelu() {
        try (Scope scope = Scope.open()) {
            double c = Math.sqrt(2 / Math.PI);
            check(input(), Ops::geluTanh, List.of(), parts -> {
                Tensor x = parts.get(0);
                return x.mul(x.add(x.pow(3).mul(0.044715)).mul(c).tanh().add(1)).mul(0.5);
            });
        }
    }

    @Test
    void residualSharesOneGradient() {
        try (Scope scope = Scope.open(); Parameter weight = parameter("w", WIDTH, WIDTH)) {
            check(input(), (tape, x) -> {
                Tensor once = tape.add(x, Ops.linear(tape, x, weight, Optional.empty()));
                return tape.add(once, Ops.linear(tape, once, weight, Optional.empty()));
            }, List.of(weight), parts -> {
                Tensor once = parts.get(0).add(parts.get(0).matmul(parts.get(1).t()));
                return once.add(once.matmul(parts.get(1).t()));
            });
        }
    }

    @Test
    void checkpointedPieceGivesTheSameGradient() {
        try (Scope scope = Scope.open(); Parameter weight = parameter("w", WIDTH, WIDTH)) {
            Tape.Piece piece = (tape, x) -> tape.add(x,
                    Ops.geluTanh(tape, Ops.linear(tape, x, weight, Optional.empty())));
            check(input(), (tape, x) -> tape.checkpoint(tape.checkpoint(x, piece), piece), List.of(weight), parts -> {
                UnaryOperator<Tensor> plain = x -> {
                    Tensor y = x.matmul(parts.get(1).t());
                    double c = Math.sqrt(2 / Math.PI);
                    return x.add(y.mul(y.add(y.pow(3).mul(0.044715)).mul(c).tanh().add(1)).mul(0.5));
                };
                return plain.apply(plain.apply(parts.get(0)));
            });
        }
    }

    @Test
    void composedPieceGoesThroughLibtorch() {
        try (Scope scope = Scope.open()) {
            check(input(), (tape, x) -> tape.composed(x, y -> y.sigmoid().mul(y)), List.of(),
                    parts -> parts.get(0).sigmoid().mul(parts.get(0)));
        }
    }

    @Test
    void embeddingSumsRepeatedRows() {
        try (Scope scope = Scope.open(); Parameter table = parameter("e", 4, WIDTH)) {
            Tensor ids = Tensors.indices(new int[]{1, 3, 1, 1});
            Tape tape = Tape.gradients();
            Tensor rows = Ops.embedding(tape, table, ids);
            tape.backward(rows, Tensors.full(2, DType.FLOAT64, 4, WIDTH));
            float[] sums = table.gradient().orElseThrow().select(1, 0).toFloats();
            assertThat(sums).containsExactly(0, 6, 0, 2);
        }
    }

    @Test
    void dropoutKeepsTheMeanAndRepeatsInACheckpoint() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensors.full(1, DType.FLOAT32, 200, 100);
            Tape tape = Tape.training(Randomness.of(3));
            tape.track(x);
            Tensor y = tape.checkpoint(x, (inner, z) -> Ops.dropout(inner, z, 0.25));
            float[] forward = y.toFloats();
            tape.backward(y, Tensors.full(1, DType.FLOAT32, 200, 100));
            assertThat(tape.gradient(x).toFloats()).containsExactly(forward);
            assertThat(Tensors.of(forward).mean().item()).isBetween(0.97, 1.03);
            assertThat(forward).contains(0f);
            assertThat(Ops.dropout(Tape.gradients(), x, 0.25)).isSameAs(x);
        }
    }

    private Tensor input() { return random.normal(1, DType.FLOAT64, Device.CPU, ROWS, WIDTH); }

    private Parameter parameter(String name, long... shape) {
        return new Parameter(name, random.normal(0.7, DType.FLOAT64, Device.CPU, shape));
    }

    /** Compares value and gradients with those of a plain expression of [x, parameters…]. */
    private void check(Tensor x, BiFunction<Tape, Tensor, Tensor> op, List<Parameter> parameters,
            java.util.function.Function<List<Tensor>, Tensor> plain) {
        List<Tensor> leaves = java.util.stream.Stream
                .concat(java.util.stream.Stream.of(x), parameters.stream().map(Parameter::value)).map(Tensor::leaf)
                .toList();
        Tensor expected = plain.apply(leaves);
        Tensor gradient = random.normal(1, DType.FLOAT64, Device.CPU, expected.shape());
        expected.backward(gradient);

        Tape tape = Tape.gradients();
        tape.track(x);
        Tensor actual = op.apply(tape, x);
        near(actual, expected.detach());
        tape.backward(actual, gradient);
        near(tape.gradient(x), leaves.getFirst().grad());
        for (int i = 0; i < parameters.size(); i++) {
            near(parameters.get(i).gradient().orElseThrow(), leaves.get(i + 1).grad());
        }
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double error = actual.to(DType.FLOAT64).sub(expected).abs().max().item();
        assertThat(error).isLessThan(3e-6); // the statistics of norms are float32 by design
    }
}
