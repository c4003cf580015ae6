package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Sft;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import dev.hone.text.Packed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepInBackwardTest {

    private static OptimizerSettings settings(OptimizerKind kind) {
        return new OptimizerSettings(kind, 1e-2, 0.1, 0.9, 0.99, 1e-8, kind == OptimizerKind.SGD ? 0.9 : 0, false);
    }

    private static Batch<PackedRow> batch(Decoder model, long step, int microbatches) {
        int[] ids = IntStream.range(0, 30).map(i -> (int) ((i * 7 + step * 5 + 3) % model.vocabulary())).toArray();
        float[] weight = new float[30];
        Arrays.fill(weight, 1, 30, 1);
        PackedRow row = new PackedRow(new Packed(ids, new int[]{0, 12, 30}, weight));
        return new Batch<>(java.util.Collections.nCopies(microbatches, List.of(row)), 0, List.of("row"));
    }

    private static Trainer.Plan plan(double norm) {
        return new Trainer.Plan(new Schedule.Constant(), 1e-2, norm, 1, 3);
    }

    private static long held(Decoder model) {
        return model.parameters().stream().map(Parameter::gradient).flatMap(Optional::stream)
                .mapToLong(gradient -> gradient.count() * gradient.dtype().bytes()).sum();
    }

    /** What a run came to, and the most bytes of gradients that it held where a layer's became complete. */
    private record Run(List<float[]> weights, double norm, long peak) {}

    private static Run run(String name, OptimizerKind kind, int checkpointed, boolean inBackward) {
        DType dtype = kind == OptimizerKind.LION ? DType.BFLOAT16 : DType.FLOAT32;
        try (Decoder model = Decoder.load(Golden.path("models", name), dtype, Device.CPU);
                Optimizer optimizer = settings(kind).create(model.parameters())) {
            StepInBackward steps = new StepInBackward(optimizer);
            List<Long> bytes = new ArrayList<>();
            HiddenOptions options = new HiddenOptions((tape, x, rows) -> x, checkpointed, false, complete -> {
                bytes.add(held(model));
                if (inBackward) {
                    steps.accept(complete);
                }
            });
            TokenPass pass = new TokenPass(model, new Sft(Sft.LossType.NLL, 0), options);
            Trainer<PackedRow> trainer = new Trainer<>(model.parameters(), pass, optimizer, plan(0),
                    inBackward ? Optional.of(steps) : Optional.empty(), Optional.empty());
            double norm = 0;
            for (int step = 0; step < 4; step++) {
                norm = trainer.step(batch(model, step, 1)).report().gradientNorm();
                assertThat(held(model)).isZero();
            }
            return new Run(model.parameters().stream().map(Parameter::value).map(Tensor::toFloats).toList(), norm,
                    bytes.stream().mapToLong(Long::longValue).max().orElse(0));
        }
    }

    @ParameterizedTest
    @CsvSource({"llama, SGD, 0", "llama, ADAMW, 0", "llama, MUON, 1", "qwen2_tied, ADAMW, 0", "qwen2_tied, SGD, 2",
            "gpt2, ADAMW, 1", "llama_sharded, LION, 0", "qwen3, ADAFACTOR, 0", "llama, SCHEDULE_FREE_ADAMW, 0"})
    void equalsTheStepAfterBackwardWithFewerGradientsAtATime(String model, OptimizerKind kind, int checkpointed) {
        Run after = run(model, kind, checkpointed, false);
        Run inside = run(model, kind, checkpointed, true);
        for (int i = 0; i < after.weights.size(); i++) {
            assertThat(inside.weights.get(i)).isEqualTo(after.weights.get(i));
        }
        assertThat(inside.norm).isCloseTo(after.norm, within(1e-5 * after.norm));
        assertThat(inside.peak).isLessThan(after.peak * 4 / 5);
    }

    @Test
    void aGradientThatIsNotFiniteStepsNothingFurtherDown() {
        try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU);
                Optimizer optimizer = settings(OptimizerKind.SGD).create(model.parameters())) {
            model.head().weight().value().fill(Double.NaN);
            List<float[]> before = model.parameters().stream().map(Parameter::value).map(Tensor::toFloats).toList();
            StepInBackward steps = new StepInBackward(optimizer);
            TokenPass pass = new TokenPass(model, new Sft(Sft.LossType.NLL, 0),
                    new HiddenOptions((tape, x, rows) -> x, 0, false, steps));
            Trainer<PackedRow> trainer = new Trainer<>(model.parameters(), pass, optimizer, plan(0),
                    Optional.of(steps), Optional.empty());
            assertThat(trainer.step(batch(model, 0, 1)).skipped()).isPresent();
            for (int i = 0; i < before.size(); i++) {
                assertThat(model.parameters().get(i).value().toFloats()).isEqualTo(before.get(i));
            }
        }
    }

    @Test
    void evaluatesWhatIsSavedAndGoesOnWithWhatTrains() {
        try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU);
                Optimizer optimizer = settings(OptimizerKind.SCHEDULE_FREE_ADAMW).create(model.parameters())) {
            Trainer<PackedRow> trainer = new Trainer<>(model.parameters(),
                    new TokenPass(model, new Sft(Sft.LossType.NLL, 0), HiddenOptions.PLAIN), optimizer, plan(1));
            trainer.step(batch(model, 0, 1));
            trainer.step(batch(model, 1, 1));
            Parameter head = model.head().weight();
            float[] training = head.value().toFloats();
            float[] evaluated = trainer.evaluating(() -> head.value().toFloats());
            assertThat(evaluated).isEqualTo(optimizer.weights(head).toFloats()).isNotEqualTo(training);
            assertThat(head.value().toFloats()).isEqualTo(training);
        }
    }

    @Test
    void refusesWhatNeedsAllGradients() {
        try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU);
                Optimizer optimizer = settings(OptimizerKind.SGD).create(model.parameters())) {
            StepInBackward steps = new StepInBackward(optimizer);
            TokenPass pass = new TokenPass(model, new Sft(Sft.LossType.NLL, 0), HiddenOptions.PLAIN);
            assertThatThrownBy(() -> new Trainer<>(model.parameters(), pass, optimizer, plan(1), Optional.of(steps),
                    Optional.empty())).hasMessageContaining("max_grad_norm");
            Trainer<PackedRow> trainer = new Trainer<>(model.parameters(), pass, optimizer, plan(0),
                    Optional.of(steps), Optional.empty());
            assertThatThrownBy(() -> trainer.step(batch(model, 0, 2))).hasMessageContaining("2 micro-batches");
        }
    }
}
