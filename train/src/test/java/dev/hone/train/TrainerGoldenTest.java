package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.model.Adapter;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Sft;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import dev.hone.text.Packed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Whole runs of TRL's SFTTrainer, replayed from their batches: every step's loss, norm and rate, and the weights at the end. */
@Tag("golden")
class TrainerGoldenTest {
    static Stream<Path> runs() {
        return Golden.folders("runs").stream().filter(run -> Files.exists(run.resolve("golden.json")));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void replaysStepByStep(Path run) {
        JsonNode golden = Golden.json(run.resolve("golden.json"));
        assumeTrue(golden.get("trainer").asString().equals("SFTTrainer"), "another trainer");
        boolean adapts = Files.exists(run.resolve("init_adapter"));
        JsonNode options = golden.get("options");
        try (Decoder policy = policy(run, adapts);
                Optimizer optimizer = optimizer(options).create(policy.parameters());
                Fixture batches = Fixture.open(run.resolve("batches.safetensors"))) {
            Trainer<PackedRow> trainer = trainer(policy, optimizer, options);
            double tokens = 0;
            for (int step = 0; step < options.get("max_steps").asInt(); step++) {
                Batch<PackedRow> batch = batch(batches, step, golden.get("gradient_accumulation_steps").asInt());
                StepReport report = trainer.step(batch).report();
                JsonNode expected = golden.get("history").get(step);
                assertThat(report.loss()).as("loss of step %d", step + 1).isCloseTo(expected.get("loss").asDouble(),
                        within(2e-5));
                double norm = expected.get("grad_norm").asDouble();
                assertThat(report.gradientNorm()).as("norm of step %d", step + 1).isCloseTo(norm, within(1e-3 * norm));
                assertThat(report.learningRate()).isCloseTo(expected.get("learning_rate").asDouble(), within(1e-12));
                tokens += batch.tokens();
                assertThat(tokens).isEqualTo(expected.get("num_tokens").asDouble());
            }
            double tolerance = options.get("optim").asString().equals("sgd") ? 1e-6 : 1e-4;
            if (adapts) {
                weights(policy.adapter().orElseThrow().parameters(),
                        run.resolve("final_adapter/adapter_model.safetensors"), tolerance);
            } else {
                weights(policy.parameters(), run, tolerance);
            }
        }
    }

    private static Decoder policy(Path run, boolean adapts) {
        Decoder policy = Decoder.load(Golden.path("runs", "init"), DType.FLOAT32, Device.CPU);
        if (adapts) {
            Adapter adapter = Adapter.load(policy, run.resolve("init_adapter")); // the policy closes it
            assertThat(policy.trainableParameters()).isEqualTo(adapter.parameters());
        }
        return policy;
    }

    private static Trainer<PackedRow> trainer(Decoder policy, Optimizer optimizer, JsonNode options) {
        Sft.LossType type = Sft.LossType.valueOf(
                options.get("loss_type").asString().replace("chunked_", "").toUpperCase(java.util.Locale.ROOT));
        return trainer(policy.parameters(), new TokenPass(policy, new Sft(type, 0), HiddenOptions.PLAIN), optimizer,
                options);
    }

    static <R extends StepRow> Trainer<R> trainer(List<Parameter> parameters, Pass<R> pass, Optimizer optimizer,
            JsonNode options) {
        ScheduleSettings schedule = new ScheduleSettings(ScheduleKind.of(options.get("lr_scheduler_type").asString()),
                options.path("warmup_steps").asDouble(0), 0, Map.of());
        double rate = options.get("learning_rate").asDouble();
        return new Trainer<>(parameters, pass, optimizer,
                new Trainer.Plan(schedule.create(options.get("max_steps").asLong(), rate), rate,
                        options.path("max_grad_norm").asDouble(1), 1, 1));
    }

    static OptimizerSettings optimizer(JsonNode options) {
        OptimizerSettings defaults = OptimizerSettings.DEFAULTS;
        return new OptimizerSettings(OptimizerKind.of(options.get("optim").asString()),
                options.get("learning_rate").asDouble(),
                options.path("weight_decay").asDouble(0), defaults.adamBeta1(), defaults.adamBeta2(),
                defaults.adamEpsilon(), 0,
                false);
    }

    private static Batch<PackedRow> batch(Fixture batches, int step, int accumulation) {
        List<List<PackedRow>> microbatches = new ArrayList<>();
        for (int micro = 0; micro < accumulation; micro++) {
            String prefix = "step" + step + ".micro" + micro + ".";
            int width;
            try (Scope scope = Scope.open()) {
                width = (int) batches.get(prefix + "input_ids").size(1);
            }
            microbatches.add(List.of(
                    new PackedRow(unpadded(batches.ints(prefix + "input_ids"), batches.ints(prefix + "attention_mask"),
                            batches.ints(prefix + "labels"), width))));
        }
        return new Batch<>(microbatches, 0, List.of());
    }

    private static Packed unpadded(int[] ids, int[] mask, int[] labels, int width) {
        List<Integer> kept = new ArrayList<>();
        List<Integer> starts = new ArrayList<>(List.of(0));
        for (int i = 0; i < ids.length; i++) {
            if (mask[i] != 0) {
                kept.add(i);
            }
            if (i % width == width - 1) {
                starts.add(kept.size());
            }
        }
        float[] weight = new float[kept.size()];
        int[] tokens = new int[kept.size()];
        for (int t = 0; t < tokens.length; t++) {
            tokens[t] = ids[kept.get(t)];
            weight[t] = labels[kept.get(t)] >= 0 ? 1 : 0;
        }
        return new Packed(tokens, starts.stream().mapToInt(Integer::intValue).toArray(), weight);
    }

    static void weights(List<Parameter> parameters, Path run, double tolerance) {
        Path file = Files.isDirectory(run) ? run.resolve("final.safetensors") : run;
        try (Fixture end = Fixture.open(file)) {
            for (Parameter parameter : parameters) {
                for (Parameter.Slice slice : parameter.slices()) {
                    try (Scope scope = Scope.open()) {
                        Tensor distance = parameter.view(slice).sub(end.get(slice.name())).abs();
                        assertThat(distance.max().item()).as(slice.name()).isLessThan(tolerance);
                        assertThat(distance.mean().item()).as("mean of " + slice.name()).isLessThan(1e-6);
                    }
                }
            }
        }
    }
}
