package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.model.ActorCritic;
import dev.hone.model.Decoder;
import dev.hone.objective.TopMask;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.GuideTopP;
import dev.hone.rollout.Support;
import dev.hone.rollout.TokenSet;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The mask policy is the policy right after it was renewed, an earlier one before, and what a checkpoint puts back. */
class MaskPolicyTest {
    private static final TopMask SETTINGS = new TopMask(0.7, 3, 2);
    private static final TokenSet ENDS = TokenSet.of(505);

    private static Decoder model() { return Decoder.load(LessonRuns.POLICY, DType.FLOAT32, Device.CPU); }

    private static void learn(Decoder policy) {
        for (Parameter parameter : policy.parameters()) {
            try (Scope scope = Scope.open()) {
                parameter.value().mulInPlace(1.1);
            }
        }
    }

    private static Decoder guide(Support support) { return support.constraint().guide().orElseThrow(); }

    /** Log-probs of some tokens. */
    private static float[] said(Decoder model) {
        RolloutRow row = RolloutRow.of(new int[]{5, 9, 7}, List.of(new int[]{4, 8}), false);
        return new RolloutReader(new ActorCritic(model, List.of()), 1, 99).read(List.of(row)).getFirst().logProbs()
                .getFirst();
    }

    @Test
    void itIsThePolicyRightAfterItWasRenewedAndAnEarlierOneBefore() {
        try (Decoder policy = model(); MaskPolicy mask = new MaskPolicy(model(), policy, SETTINGS)) {
            float[] first = said(policy);
            assertThat(said(guide(mask.before(0, 0, ENDS)))).isEqualTo(first);
            learn(policy);
            assertThat(said(policy)).isNotEqualTo(first);
            assertThat(said(guide(mask.before(1, 0, ENDS)))).isEqualTo(first);
            learn(policy);
            assertThat(said(guide(mask.before(2, 0, ENDS)))).isEqualTo(said(policy)).isNotEqualTo(first);
            float[] second = said(policy);
            learn(policy);
            assertThat(said(guide(mask.before(3, 0, ENDS)))).isEqualTo(second);
        }
    }

    @Test
    void whatMayBeDrawnIsKeptAndAsTheSettingsSay() {
        try (Decoder policy = model(); MaskPolicy mask = new MaskPolicy(model(), policy, SETTINGS)) {
            Support support = mask.before(0, 4, ENDS);
            assertThat(support.kept()).isTrue();
            assertThat(support.minNewTokens()).isEqualTo(4);
            GuideTopP guide = (GuideTopP) support.constraint();
            assertThat(List.of(guide.topP(), guide.leastTokens(), guide.ends(), guide.minNewTokens()))
                    .isEqualTo(List.of(0.7, 3, ENDS, 4));
            float[] scores = new float[512];
            Arrays.fill(scores, -100);
            scores[12] = 5;
            TokenSet allowed = guide.allowed(new Constraint.Written(0, 0, new int[]{1}, new int[4],
                    Optional.of(scores)));
            assertThat(allowed.contains(12) && allowed.contains(505)).isTrue();
        }
    }

    @Test
    void checkpointsPutItBackInPlace() {
        try (Decoder policy = model(); MaskPolicy mask = new MaskPolicy(model(), policy, SETTINGS)) {
            Decoder guide = guide(mask.before(0, 0, ENDS));
            Map<String, Tensor> kept = mask.beside(new Nothing(), 4).tensors();
            assertThat(kept).hasSameSizeAs(policy.parameters())
                    .allSatisfy((name, weight) -> assertThat(name).startsWith("mask_policy."));
            float[] before = said(guide);
            kept.values().forEach(Tensor::zero);
            assertThat(said(guide)).isNotEqualTo(before);
        }
    }

    /** Learns nothing. */
    private record Nothing() implements Pass<RolloutRow> {
        @Override
        public Result train(Batch<RolloutRow> batch, long seed, long step) {
            return new Result(0, dev.hone.objective.MetricTotals.NONE);
        }

        @Override
        public Result evaluate(Batch<RolloutRow> batch) { return train(batch, 0, 0); }
    }

    @Test
    void itsNumberIsTold() {
        try (Decoder policy = model(); MaskPolicy mask = new MaskPolicy(model(), policy, SETTINGS)) {
            Pass<RolloutRow> pass = mask.beside(new Nothing(), 4);
            Batch<RolloutRow> none = new Batch<>(List.of(), 0, List.of());
            for (long step : new long[]{0, 7, 8, 15, 16, 40}) {
                assertThat(pass.train(none, 0, step).metrics().reported()).containsEntry("mask/refreshes",
                        (double) (step / 8));
            }
        }
    }
}
