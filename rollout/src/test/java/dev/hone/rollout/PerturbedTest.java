package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.ActionValues;
import dev.hone.model.Decoder;
import dev.hone.model.Rows;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is drawn by a policy whose scores are perturbed by the advantages that its Q heads see. */
class PerturbedTest {
    private static Decoder policy;
    private static ActionValues heads;

    @BeforeAll
    static void make() {
        policy = SmallModel.make(3);
        heads = ActionValues.fresh(policy, 2, 8);
        SmallModel.logProbs(policy, generate(Constraint.NONE).getFirst(), 1); // tables of positions grow once
    }

    @AfterAll
    static void free() {
        heads.close();
        policy.close();
    }

    private static List<Rollout> generate(Constraint constraint) {
        Generation generation = new Generation(12, 2, Sampling.of(0.8, 5), Stop.NEVER)
                .with(Support.WHOLE.withConstraint(constraint));
        return SmallModel.engine(policy, 5).generate(SmallModel.prompts(6), generation);
    }

    @Test
    void logProbsAreThoseOfScoresPlusAdvantages() {
        double beta = 3;
        for (Rollout rollout : generate(Perturbed.by(heads, beta))) {
            double[][] own = SmallModel.logProbs(policy, rollout, 1);
            float[][] advantages = advantages(rollout);
            for (int i = 0; i < own.length; i++) {
                double sum = 0;
                for (int v = 0; v < own[i].length; v++) {
                    sum += Math.exp((own[i][v] + beta * advantages[i][v]) / 0.8);
                }
                int token = rollout.completionIds()[i];
                assertThat((double) rollout.logProbs()[i]).isCloseTo(
                        (own[i][token] + beta * advantages[i][token]) / 0.8 - Math.log(sum), within(2e-4));
            }
        }
    }

    /** [completion tokens][V], read anew in one pass. */
    private static float[][] advantages(Rollout rollout) {
        int[] ids = IntStream.concat(IntStream.of(rollout.promptIds()), IntStream.of(rollout.completionIds()))
                .toArray();
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.of(new Packed(ids, new int[]{0, ids.length}, new float[ids.length]), policy.vocabulary(),
                    Device.CPU);
            Tensor hidden = policy.hidden(Tape.inference(), rows)
                    .narrow(0, rollout.promptIds().length - 1, rollout.completionIds().length);
            Tensor all = heads.advantages(hidden);
            return IntStream.range(0, rollout.completionIds().length).mapToObj(i -> all.select(0, i).toFloats())
                    .toArray(float[][]::new);
        }
    }

    @Test
    void withoutWeightItIsThePolicy() {
        List<Rollout> own = generate(Constraint.NONE);
        List<Rollout> none = generate(Perturbed.by(heads, 0));
        List<Rollout> much = generate(Perturbed.by(heads, 5));
        for (int i = 0; i < own.size(); i++) {
            assertThat(none.get(i).completionIds()).isEqualTo(own.get(i).completionIds());
            assertThat(none.get(i).logProbs()).containsExactly(own.get(i).logProbs(), within(1e-4f));
        }
        assertThat(much.getFirst().completionIds()).isNotEqualTo(own.getFirst().completionIds());
    }

    @Test
    void whatElseHoldsHoldsToo() {
        Choices two = new Choices(List.of(new int[]{3, 4}, new int[]{5}), Set.of());
        for (Rollout rollout : generate(new Perturbed(heads, 2, two))) {
            assertThat(rollout.completionIds()[0]).isIn(3, 5);
        }
        assertThatThrownBy(() -> new Perturbed(heads, 1, new GuideTopP(policy, 0.9)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("model of its own");
        assertThatThrownBy(() -> Perturbed.by(heads, -1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> Perturbed.by(heads, Double.NaN)).hasMessageContaining("at least 0");
    }
}
