package dev.hone.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrustRegionTest {
    /** Symmetric and positive; (4, 1, 0; 1, 3, 1; 0, 1, 2)·(1, −2, 3) = (2, −2, 4). */
    private static final double[] MATRIX = {4, 1, 0, 1, 3, 1, 0, 1, 2};
    private static final double[] SOLUTION = {1, -2, 3};
    private static final double[] RIGHT = {2, -2, 4};

    /** A straight loss and a KL that is so many times the quadratic. */
    private record Quadratic(double klFactor, double lossFactor) implements TrustRegion.Problem {
        @Override
        public Tensor gradient() { return Tensors.of(RIGHT); }

        @Override
        public Tensor fisher(Tensor vector) { return product(vector); }

        @Override
        public TrustRegion.Trial at(Tensor step) {
            double kl = 0.5 * ConjugateGradient.dot(step, product(step));
            return new TrustRegion.Trial(lossFactor * ConjugateGradient.dot(gradient(), step), klFactor * kl);
        }
    }

    private static Tensor product(Tensor vector) {
        return Tensors.of(MATRIX, 3, 3).matmul(vector.unsqueeze(1)).squeeze(1);
    }

    private static TrustRegion region() { return new TrustRegion(0.01, new ConjugateGradient(15, 1e-20, 0), 0.8, 10); }

    @Test
    void threeEquationsAreSolvedInThreeSteps() {
        try (Scope scope = Scope.open()) {
            Tensor right = Tensors.of(RIGHT);
            Tensor solved = new ConjugateGradient(3, 0, 0).solve(TrustRegionTest::product, right);
            assertThat(solved.toDoubles()).containsExactly(SOLUTION, within(1e-12));
            assertThat(right.toDoubles()).containsExactly(RIGHT);
            Tensor one = new ConjugateGradient(1, 0, 0).solve(TrustRegionTest::product, right);
            assertThat(one.toDoubles()).isNotEqualTo(solved.toDoubles());
        }
    }

    @Test
    void dampingAddsToTheDiagonal() {
        try (Scope scope = Scope.open()) {
            // (M + 0.5·I)·(1, −2, 3) = (2.5, −3, 5.5)
            Tensor solved = new ConjugateGradient(9, 1e-24, 0.5).solve(TrustRegionTest::product,
                    Tensors.of(new double[]{2.5, -3, 5.5}));
            assertThat(solved.toDoubles()).containsExactly(SOLUTION, within(1e-10));
            assertThat(new ConjugateGradient(9, 1e-10, 0).solve(TrustRegionTest::product,
                    Tensors.of(new double[3])).toDoubles()).containsExactly(0, 0, 0);
        }
    }

    /** F·s = −g has s = −(1, −2, 3), and sᵀFs = 18. */
    @Test
    void theFirstStepReachesTheBoundOfAQuadratic() {
        try (Scope scope = Scope.open()) {
            double length = Math.sqrt(2 * 0.01 / 18);
            Optional<Tensor> step = region().step(new Quadratic(0.999, 1), 0);
            assertThat(step.orElseThrow().toDoubles()).containsExactly(
                    new double[]{-length, 2 * length, -3 * length}, within(1e-12));
        }
    }

    @Test
    void aKlAboveTheBoundShortensTheStep() {
        try (Scope scope = Scope.open()) {
            double length = Math.sqrt(2 * 0.01 / 18) * 0.8 * 0.8; // 2·0.8^2 is 1.28, 2·0.8^4 is 0.82
            Optional<Tensor> step = region().step(new Quadratic(2, 1), 0);
            assertThat(step.orElseThrow().toDoubles()).containsExactly(
                    new double[]{-length, 2 * length, -3 * length}, within(1e-12));
        }
    }

    @Test
    void noStepWhereNothingGetsBetter() {
        try (Scope scope = Scope.open()) {
            assertThat(region().step(new Quadratic(0.5, -1), 0)).isEmpty();
            assertThat(region().step(new Quadratic(1e6, 1), 0)).isEmpty();
        }
    }

    @Test
    void theObjectiveHandsItsSettingsOn() {
        Trpo trpo = (Trpo) Objectives.find("trpo").orElseThrow().make(Map.of("target_kl", 0.02, "cg_max_steps", 7));
        assertThat(trpo.region()).isEqualTo(new TrustRegion(0.02, new ConjugateGradient(7, 1e-10, 0.1), 0.8, 10));
    }

    /** Second derivative of mean ρ − 1 − log ρ at ρ = 1: 1 for each token, over their number. */
    @Test
    void theDivergenceIsFlatWhereThePolicyIsAndCurvesAsFisherDoes() {
        try (Scope scope = Scope.open()) {
            Tensor old = Tensors.of(new double[]{-1, -2});
            double h = 1e-3;
            double[] values = new double[3];
            for (int i = -1; i <= 1; i++) {
                Tensor moved = old.add(Tensors.of(new double[]{i * h, 0}));
                RolloutSignals signals = RolloutSignals.of(
                        CompletionSignals.of(moved, Tensors.of(new long[]{0, 0}), 1), old,
                        Tensors.of(new double[]{1, 1}), Tensors.of(new double[]{1, 1}), new StepTotals(1, 2), 2);
                values[i + 1] = ((Trpo) Objectives.find("trpo").orElseThrow().make()).divergence(signals).item();
            }
            assertThat(values[1]).isZero();
            assertThat((values[0] + values[2]) / (h * h)).isCloseTo(0.5, within(1e-4));
        }
    }
}
