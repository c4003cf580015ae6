package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapeTest {
    private Parameter low;
    private Parameter high;

    @BeforeEach
    void open() {
        try (Scope scope = Scope.open()) {
            low = new Parameter("low", Tensors.full(1, DType.FLOAT32, 3, 3));
            high = new Parameter("high", Tensors.full(2, DType.FLOAT32, 3, 3));
        }
    }

    @AfterEach
    void close() {
        low.close();
        high.close();
    }

    @Test
    void tellsOfGradientsWhenTheirLastPartArrived() {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.gradients();
            List<String> told = new ArrayList<>();
            tape.before(List.of(low), done -> told.add("low " + sum(low) + " high " + sum(high)));
            Tensor x = Ops.linear(tape, Tensors.full(1, DType.FLOAT32, 2, 3), low, Optional.empty());
            tape.before(List.of(high, low), done -> told.add(done.getFirst().name() + " of " + done.size()));
            Tensor y = Ops.linear(tape, x, high, Optional.empty());
            Tensor z = Ops.linear(tape, y, low, Optional.empty()); // low is read a second time
            tape.backward(z, Tensors.full(1, DType.FLOAT32, 2, 3));
            assertThat(told).hasSize(2).first().isEqualTo("high of 1");
            assertThat(told.getLast()).isEqualTo("low " + sum(low) + " high " + sum(high));
        }
    }

    private static double sum(Parameter parameter) {
        try (Scope scope = Scope.open()) {
            return parameter.gradient().orElseThrow().sum().item();
        }
    }

    @Test
    void keepsNothingBelowWhatTrains() {
        low.trainable(false);
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.training(Randomness.of(1));
            Tensor x = Ops.linear(tape, Tensors.full(1, DType.FLOAT32, 2, 3), low, Optional.empty());
            Tensor dropped = Ops.dropout(tape, x, 0.5);
            Tensor normed = Ops.rmsNorm(tape, dropped, frozen(), 1e-6);
            Tensor active = Ops.geluTanh(tape, normed);
            assertThat(List.of(x, dropped, normed, active)).noneMatch(tape::tracks);
            Tensor y = Ops.linear(tape, active, high, Optional.empty());
            assertThat(tape.tracks(y)).isTrue();
            tape.backward(y, Tensors.full(1, DType.FLOAT32, 2, 3));
            assertThat(high.gradient()).isPresent();
            assertThat(low.gradient()).isEmpty();
        }
    }

    private Parameter frozen() {
        Parameter ones = new Parameter("norm", low.value().narrow(0, 0, 1).view(3));
        ones.trainable(false);
        Scope.current().own(ones.value());
        return ones;
    }
}
