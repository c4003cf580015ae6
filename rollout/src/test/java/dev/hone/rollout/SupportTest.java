package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelException;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the record of a completion says beside the model's full forward: log-probs, supports, minima, constraints. */
class SupportTest {
    private static final Stop ENDS = Stop.at(1, 2, 3);

    private static Decoder model;

    @BeforeAll
    static void make() {
        model = SmallModel.make(3);
        generate(new Generation(1, 1, Sampling.of(1, 0), Stop.NEVER));
    }

    @AfterAll
    static void free() { model.close(); }

    private static List<Rollout> generate(Generation generation) {
        return SmallModel.engine(model, 5).generate(SmallModel.prompts(6), generation);
    }

    @Test
    void withoutFiltersBehaviourIsThePolicy() {
        for (Rollout rollout : generate(new Generation(30, 2, Sampling.of(0.7, 5), ENDS))) {
            double[][] own = SmallModel.logProbs(model, rollout, 0.7);
            for (int i = 0; i < own.length; i++) {
                assertThat((double) rollout.policyLogProbs()[i]).isCloseTo(own[i][rollout.completionIds()[i]],
                        within(2e-4));
            }
            assertThat(rollout.logProbs()).containsExactly(rollout.policyLogProbs());
            assertThat(rollout.completion().mismatch()).isZero();
            assertThat(rollout.completion().supports()).isEmpty();
        }
    }

    @Test
    void onTheKeptSupportATrainerFindsTheBehaviourAgain() {
        Sampling sampling = Sampling.of(1.3, 5).withTopK(9).withTopP(0.8);
        Support support = Support.WHOLE.withMinNewTokens(12).keeping();
        int shorter = 0;
        for (Rollout rollout : generate(new Generation(30, 2, sampling, ENDS).with(support))) {
            double[][] own = SmallModel.logProbs(model, rollout, 1.3);
            assertThat(rollout.completion().supports()).hasSize(own.length);
            for (int i = 0; i < own.length; i++) {
                int[] ids = rollout.completion().supports().get(i).ids();
                int token = rollout.completionIds()[i];
                double[] at = own[i];
                double mass = Math.log(Arrays.stream(ids).mapToDouble(id -> Math.exp(at[id])).sum());
                assertThat((double) rollout.logProbs()[i]).isCloseTo(at[token] - mass, within(2e-4));
                assertThat((double) rollout.policyLogProbs()[i]).isCloseTo(at[token], within(2e-4));
                assertThat(ids).contains(token).hasSizeLessThanOrEqualTo(9);
                shorter += ids.length < 9 ? 1 : 0;
                if (i < 12) {
                    assertThat(ids).doesNotContain(1, 2, 3);
                }
            }
            assertThat(rollout.completion().mismatch()).isPositive();
        }
        assertThat(shorter).isPositive();
    }

    @Test
    void noCompletionEndsBeforeItsMinimumAndNoneIsChangedThatWouldNot() {
        Generation free = new Generation(30, 4, Sampling.of(1, 8), ENDS);
        List<Rollout> whole = generate(free);
        List<Rollout> bounded = generate(free.with(Support.WHOLE.withMinNewTokens(10)));
        assertThat(whole).anyMatch(rollout -> rollout.completionIds().length < 10);
        assertThat(bounded).allMatch(rollout -> rollout.completionIds().length > 10)
                .anyMatch(rollout -> rollout.stop() == StopReason.END_TOKEN);
        assertThatThrownBy(() -> free.with(Support.WHOLE.withMinNewTokens(31)))
                .hasMessageContaining("min_new_tokens is 31, expected at most max_new_tokens, 30");
    }

    @Test
    void choicesAreWrittenAndNothingElse() {
        List<int[]> texts = List.of(new int[]{4, 5}, new int[]{4, 5, 6}, new int[]{9, 8, 7, 6}, new int[]{20});
        Choices choices = new Choices(texts, ENDS.tokens());
        Generation generation = new Generation(choices.longest(), 40, Sampling.of(1.5, 2), ENDS)
                .with(Support.WHOLE.withConstraint(choices).keeping());
        Set<String> found = new TreeSet<>();
        for (Rollout rollout : generate(generation)) {
            int[] ids = rollout.completionIds();
            assertThat(rollout.stop()).isEqualTo(StopReason.END_TOKEN);
            found.add(Arrays.toString(Arrays.copyOf(ids, ids.length - 1)));
            double[][] own = SmallModel.logProbs(model, rollout, 1.5);
            double first = Math.log(IntStream.of(4, 9, 20).mapToDouble(id -> Math.exp(own[0][id])).sum());
            assertThat((double) rollout.logProbs()[0]).isCloseTo(own[0][ids[0]] - first, within(2e-4));
            assertThat(rollout.completion().supports().getFirst()).isEqualTo(TokenSet.of(4, 9, 20));
        }
        assertThat(found).isEqualTo(texts.stream().map(Arrays::toString).collect(Collectors.toSet()));
    }

    @Test
    void choicesWithoutEndTokensAreCompleteWithTheirLast() {
        Choices choices = Choices.of(List.of(new int[]{4, 5, 6}, new int[]{4, 7}));
        for (Rollout rollout : generate(new Generation(9, 8, Sampling.of(1.5, 2), Stop.NEVER)
                .with(Support.WHOLE.withConstraint(choices)))) {
            assertThat(rollout.stop()).isEqualTo(StopReason.COMPLETE);
            assertThat(rollout.completionIds()).isIn(new int[]{4, 5, 6}, new int[]{4, 7});
        }
    }

    @Test
    void aMaskPolicyReadsWhatThePolicyReads() {
        try (Decoder other = SmallModel.make(8)) {
            Generation generation = new Generation(40, 3, Sampling.of(1, 4), ENDS)
                    .with(Support.WHOLE.withConstraint(new GuideTopP(other, 0.6)).keeping());
            int different = 0;
            for (Rollout rollout : generate(generation)) {
                double[][] mask = SmallModel.logProbs(other, rollout, 1);
                for (int i = 0; i < mask.length; i++) {
                    Candidates nucleus = nucleus(mask[i]);
                    TokenSet support = rollout.completion().supports().get(i);
                    assertThat(support).isEqualTo(nucleus.possible());
                    assertThat(support.contains(rollout.completionIds()[i])).isTrue();
                    different += support.size(26) < 26 ? 1 : 0;
                }
            }
            assertThat(different).isGreaterThan(50);
        }
    }

    private static Candidates nucleus(double[] logProbs) {
        float[] row = new float[logProbs.length];
        for (int id = 0; id < row.length; id++) {
            row[id] = (float) Math.exp(logProbs[id]);
        }
        Candidates candidates = new Candidates(row, 0, row.length);
        candidates.topP(0.6);
        return candidates;
    }

    @Test
    void aGuideWithOtherTokensIsRefused() {
        try (Decoder other = Decoder.random(HubConfig.parse("""
                {"model_type": "qwen2", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
                 "intermediate_size": 16, "vocab_size": 27, "max_position_embeddings": 200}"""), 1, DType.FLOAT32,
                Device.CPU)) {
            assertThatThrownBy(() -> generate(new Generation(4, 1, Sampling.of(1, 4), ENDS)
                    .with(Support.WHOLE.withConstraint(new GuideTopP(other, 0.6)))))
                    .isInstanceOf(ModelException.class).hasMessageContaining("27 tokens, expected 26");
        }
    }
}
