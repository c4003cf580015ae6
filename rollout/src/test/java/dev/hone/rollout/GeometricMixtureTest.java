package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.Decoder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is drawn by a mixture of two models, beside the log-probs of both. */
class GeometricMixtureTest {
    private static Decoder policy;
    private static Decoder other;

    @BeforeAll
    static void make() {
        policy = SmallModel.make(3);
        other = SmallModel.make(4);
        Rollout longest = generate(policy, Constraint.NONE).getFirst(); // tables of positions grow once
        SmallModel.logProbs(policy, longest, 1);
        SmallModel.logProbs(other, longest, 1);
    }

    @AfterAll
    static void free() {
        policy.close();
        other.close();
    }

    private static List<Rollout> generate(Decoder model, Constraint constraint) {
        Generation generation = new Generation(12, 2, Sampling.of(0.8, 5), Stop.NEVER)
                .with(Support.WHOLE.withConstraint(constraint));
        return SmallModel.engine(model, 5).generate(SmallModel.prompts(6), generation);
    }

    @Test
    void logProbsAreThoseOfTheNormalisedGeometricMean() {
        for (Rollout rollout : generate(policy, new GeometricMixture(other, 0.3))) {
            double[][] own = SmallModel.logProbs(policy, rollout, 0.8);
            double[][] guide = SmallModel.logProbs(other, rollout, 0.8);
            for (int i = 0; i < own.length; i++) {
                double[] p = own[i];
                double[] q = guide[i];
                double[] mixed = new double[p.length];
                Arrays.setAll(mixed, v -> 0.7 * p[v] + 0.3 * q[v]);
                double all = Math.log(Arrays.stream(mixed).map(Math::exp).sum());
                assertThat((double) rollout.logProbs()[i]).isCloseTo(mixed[rollout.completionIds()[i]] - all,
                        within(2e-4));
            }
        }
    }

    @Test
    void atItsEndsItIsOneOfBoth() {
        List<Rollout> own = generate(policy, Constraint.NONE);
        List<Rollout> others = generate(other, Constraint.NONE);
        List<Rollout> none = generate(policy, new GeometricMixture(other, 0));
        List<Rollout> whole = generate(policy, new GeometricMixture(other, 1));
        for (int i = 0; i < own.size(); i++) {
            assertThat(none.get(i).completionIds()).isEqualTo(own.get(i).completionIds());
            assertThat(whole.get(i).completionIds()).isEqualTo(others.get(i).completionIds());
        }
        assertThat(whole.getFirst().completionIds()).isNotEqualTo(own.getFirst().completionIds());
    }

    @Test
    void aShareIsFromNoneToAll() {
        assertThatThrownBy(() -> new GeometricMixture(other, 1.1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 to 1");
    }
}
