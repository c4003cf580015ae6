package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.model.ActorCritic;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.ModelException;
import dev.hone.objective.Objectives;
import dev.hone.objective.Reinforce;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A sampler, or a reference, that sees another distribution than the trainer is told before anything is learned. */
class SamplerGuardTest {
    private static final int[] ANSWER = {8, 9, 10};

    /** @param shift what a broken sampler adds to each log-prob */
    private static Pass.Result first(float shift, Map<String, Double> told) {
        try (ActorCritic model = new ActorCritic(Decoder.load(LessonRuns.POLICY, DType.FLOAT32, Device.CPU),
                List.of())) {
            RolloutRow row = RolloutRow.of(new int[]{5, 6, 7}, List.of(ANSWER), false);
            float[] sampled = new RolloutReader(model, 1, 1000).read(List.of(row)).getFirst().logProbs().getFirst()
                    .clone();
            for (int t = 0; t < sampled.length; t++) {
                sampled[t] += shift;
            }
            RolloutRow judged = row.withAnswers(List.of(new RolloutRow.Answer(Optional.empty(), Optional.of(sampled),
                    new float[]{1, 1, 1}, new float[]{1, 1, 1}, List.of())));
            RolloutSignaller signaller = new RolloutSignaller(model, HiddenOptions.PLAIN,
                    new RolloutSignaller.Reading(1, 8, false));
            Reinforce objective = (Reinforce) Objectives.find("reinforce").orElseThrow().make();
            try (Pass<RolloutRow> guard = new SamplerGuard(new SignalPass<>(signaller, objective), DType.FLOAT32,
                    true)) {
                return guard.train(new Batch<>(List.of(List.of(judged)), 0, List.of("one"), told), 1, 0);
            } finally {
                model.parameters().forEach(dev.hone.tensor.Parameter::clearGradient);
            }
        }
    }

    @Test
    void anHonestSamplerPasses() { assertThat(first(0, Map.of(KlGuard.DISTANCE, 1e-5)).loss()).isFinite(); }

    @Test
    void aBrokenSamplerIsRefused() {
        assertThatThrownBy(() -> first(0.01f, Map.of())).isInstanceOf(ModelException.class)
                .hasMessageContaining("the sampler's log-probs differ from the trainer's by 0.0100 nats a token");
        assertThatThrownBy(() -> first(Float.NaN, Map.of())).isInstanceOf(ModelException.class);
    }

    @Test
    void aPolicyThatIsFarFromItselfIsRefused() {
        assertThatThrownBy(() -> first(0, Map.of(KlGuard.DISTANCE, 0.5, "completions/mean_length", 10.0)))
                .isInstanceOf(ModelException.class).hasMessageContaining("0.0500 nats a token away");
        assertThatThrownBy(() -> first(0, Map.of("val/ratio", Double.NaN, KlGuard.DISTANCE, Double.NaN)))
                .isInstanceOf(ModelException.class);
    }
}
