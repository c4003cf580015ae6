package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels of attention against the same formulas in float64, which plain ops compute. */
class HeadKernelsTest {

    @ParameterizedTest
    @CsvSource({"3, 8, 5, 8", "2, 32, 7, 32", "4, 24, 1, 32", "1, 128, 33, 64"})
    void headsAreSplitTurnedAndJoined(int heads, int size, int rows, int length) {
        try (Scope scope = Scope.open()) {
            Tensor wide = random(1, rows, (heads + 2) * size);
            HeadRows.Turn turn = new HeadRows.Turn(random(2, rows, size / 2), random(3, rows, size / 2));
            HeadRows.Turn narrowTurn = new HeadRows.Turn(turn.cosines().to(DType.FLOAT32),
                    turn.sines().to(DType.FLOAT32));
            HeadRows.Columns columns = new HeadRows.Columns(1, heads, size);
            for (boolean turns : List.of(true, false)) {
                Tensor expected = HeadRows.split(wide, columns, length, Optional.of(turn).filter(t -> turns), 0.5);
                Tensor found = HeadRows.split(wide.to(DType.FLOAT32), columns, length,
                        Optional.of(narrowTurn).filter(t -> turns), 0.5);
                assertClose(found, expected, 1e-6);
                Tensor back = Tensors.zeros(DType.FLOAT64, Device.CPU, rows, (heads + 2) * size);
                Tensor narrowBack = Tensors.zeros(DType.FLOAT32, Device.CPU, rows, (heads + 2) * size);
                HeadRows.join(expected, back, columns, Optional.of(turn).filter(t -> turns), 2);
                HeadRows.join(found, narrowBack, columns, Optional.of(narrowTurn).filter(t -> turns), 2);
                assertClose(narrowBack, back, 4e-6);
                assertThat(back.narrow(1, 0, size).abs().sum().item()).isZero();
            }
        }
    }

    @Test
    void joiningIsTheGradientOfSplitting() {
        try (Scope scope = Scope.open()) {
            Tensor rows = random(4, 6, 3 * 16);
            Tensor by = random(5, 3, 8, 16);
            HeadRows.Turn turn = new HeadRows.Turn(random(6, 6, 8), random(7, 6, 8));
            HeadRows.Columns columns = new HeadRows.Columns(0, 3, 16);
            double forward = HeadRows.split(rows, columns, 8, Optional.of(turn), 0.3).mul(by).sum().item();
            Tensor gradient = Tensors.zerosLike(rows);
            HeadRows.join(by, gradient, columns, Optional.of(turn), 0.3);
            assertThat(gradient.mul(rows).sum().item()).isCloseTo(forward, org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @ParameterizedTest
    @CsvSource({"5, 8, 8, 0, 0, 0", "32, 32, 32, 0, 0, 0", "20, 32, 96, 0, 64, 0", "20, 32, 96, 0, 64, 13",
            "7, 32, 32, 0, 0, 3", "1, 32, 32, 0, 0, 0", "20, 32, 96, 31, 64, 0", "32, 32, 64, 17, 32, 0",
            "20, 32, 96, 50, 64, 13", "20, 32, 96, 60, 64, 25", "1, 32, 64, 32, 32, 0"})
    void softmaxSeesWhatItMayAndItsGradientAgrees(int rows, int size, int columns, int hidden, int offset,
            int window) {
        try (Scope scope = Scope.open()) {
            CausalSoftmax.Sight sight = new CausalSoftmax.Sight(rows, size, columns, hidden, offset, window);
            Tensor wide = random(8, 3, 2L * size, columns).mul(4);
            Tensor narrow = wide.to(DType.FLOAT32).copy();
            CausalSoftmax.apply(wide, sight);
            CausalSoftmax.apply(narrow, sight);
            assertClose(narrow, wide, 1e-6);
            assertThat(wide.sum().item()).isCloseTo(3 * 2 * rows, org.assertj.core.data.Offset.offset(1e-9));
            assertThat(seen(narrow, sight)).isEqualTo(expectedlySeen(sight));
            Tensor by = random(9, 3, 2L * size, columns);
            Tensor narrowBy = by.to(DType.FLOAT32).copy();
            CausalSoftmax.backward(by, wide, sight);
            CausalSoftmax.backward(narrowBy, narrow, sight);
            assertClose(narrowBy, by, 2e-6);
        }
    }

    @Test
    void bfloat16RowsAreRoundedOnce() {
        try (Scope scope = Scope.open()) {
            CausalSoftmax.Sight sight = new CausalSoftmax.Sight(40, 64, 64, 0, 0, 0);
            Tensor narrow = random(10, 2, 64, 64).mul(3).to(DType.BFLOAT16);
            Tensor wide = narrow.to(DType.FLOAT64);
            CausalSoftmax.apply(narrow, sight);
            CausalSoftmax.apply(wide, sight);
            assertThat(narrow.to(DType.FLOAT64).eq(wide.to(DType.BFLOAT16).to(DType.FLOAT64)).not()
                    .to(DType.FLOAT64).mean().item()).isLessThan(0.01);
        }
    }

    /** How many weights of the first head are not 0; those of random scores never are by chance. */
    private static long seen(Tensor weights, CausalSoftmax.Sight sight) {
        float[] values = weights.view(-1, sight.size(), sight.columns()).select(0, 0).copy().toFloats();
        return IntStream.range(0, values.length).filter(i -> values[i] != 0).count();
    }

    /** Counted from the definition: row r sees itself at its column and what lies before, but for hidden and window. */
    private static long expectedlySeen(CausalSoftmax.Sight sight) {
        return IntStream.range(0, sight.rows()).mapToLong(row -> IntStream.rangeClosed(0, sight.offset() + row)
                .filter(column -> column >= sight.hidden())
                .filter(column -> sight.window() == 0 || sight.offset() + row - column < sight.window())
                .count()).sum();
    }

    private static Tensor random(long seed, long... shape) {
        return Randomness.of(seed).normal(1, DType.FLOAT64, Device.CPU, shape);
    }

    private static void assertClose(Tensor found, Tensor expected, double tolerance) {
        assertThat(found.to(DType.FLOAT64).sub(expected).abs().max().item()).isLessThan(tolerance);
    }
}
