package dev.hone.bench;

import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.HubConfig;
import dev.hone.objective.Sft;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.text.Packed;
import dev.hone.train.Batch;
import dev.hone.train.LearningSettings;
import dev.hone.train.MemoryPlan;
import dev.hone.train.Optimizer;
import dev.hone.train.PackedRow;
import dev.hone.train.Schedule;
import dev.hone.train.TokenPass;
import dev.hone.train.Trainer;
import dev.hone.train.TrainingSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The memory plan beside what steps really take: models of some sizes with random weights make a few steps of AdamW, each case
 * in a fresh process, and a table shows planned bytes, and the growth of the resident set over the idle process at its peak.
 * Run by hand, with nothing else on the machine that needs its memory: {@code java … dev.hone.bench.MemoryStudy}.
 */
public final class MemoryStudy {
    private static final int STEPS = 3;

    /** One measurement. */
    private record Case(int hidden, int layers, int vocabulary, int row, int tokens, String dtype, String recompute) {
        static Case parse(List<String> words) {
            return new Case(number(words, 0), number(words, 1), number(words, 2), number(words, 3), number(words, 4),
                    words.get(5), words.get(6));
        }

        private static int number(List<String> words, int at) { return Integer.parseInt(words.get(at)); }

        List<String> words() {
            return List.of("" + hidden, "" + layers, "" + vocabulary, "" + row, "" + tokens, dtype, recompute);
        }

        HubConfig config() { return HubConfig.parse(String.format(Locale.ROOT, """
                {"model_type": "llama", "vocab_size": %d, "hidden_size": %d, "intermediate_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": %d, "max_position_embeddings": 4096,
                 "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
                """, vocabulary, hidden, hidden * 8 / 3 / 64 * 64, layers, hidden / 64)); }
    }

    private MemoryStudy() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            System.out.println(measured(Case.parse(List.of(args))));
            return;
        }
        System.out.println(
                "| D | layers | V | row | micro-batch | dtype | recompute | parameters | planned MB | measured MB | planned / measured |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        for (Case each : cases()) {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx512m",
                    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                    "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                    MemoryStudy.class.getName()));
            command.addAll(each.words());
            Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String line = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            System.out.print(child.waitFor() == 0 ? line : each + " failed\n");
        }
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String recompute : List.of("off", "on")) {
            cases.add(new Case(256, 6, 8192, 256, 2048, "bf16", recompute));
            cases.add(new Case(256, 6, 8192, 1024, 4096, "bf16", recompute));
            cases.add(new Case(512, 8, 8192, 512, 2048, "bf16", recompute));
            cases.add(new Case(768, 12, 32000, 512, 2048, "bf16", recompute));
            cases.add(new Case(512, 8, 8192, 512, 2048, "fp32", recompute));
        }
        return cases;
    }

    private static String measured(Case study) {
        DType dtype = study.dtype().equals("fp32") ? DType.FLOAT32 : DType.BFLOAT16;
        TrainingSettings training = ConfigReader.of(List.of(TrainingSettings.class)).parse(List.of(
                "--microbatch_tokens", "" + study.tokens(), "--gradient_checkpointing", study.recompute()))
                .get(TrainingSettings.class);
        LearningSettings learning = ConfigReader.of(List.of(LearningSettings.class)).parse(List.of())
                .get(LearningSettings.class);
        Engine.info();
        long idle = Machine.resident();
        try (Decoder policy = Decoder.random(study.config(), 1, dtype, Device.CPU);
                Optimizer optimizer = learning.optimizer().create(policy.parameters())) {
            MemoryPlan plan = MemoryPlan.of(policy, training,
                    new MemoryPlan.Cut(study.row(), training.microbatchTokens()), optimizer.bytes(), 0);
            Sft objective = ConfigReader.of(List.of(Sft.class)).parse(List.of()).get(Sft.class);
            TokenPass pass = new TokenPass(policy, objective,
                    new HiddenOptions((tape, x, rows) -> x, plan.checkpointedLayers()));
            Trainer<PackedRow> trainer = new Trainer<>(policy.parameters(), pass, optimizer,
                    new Trainer.Plan(new Schedule.Constant(), 1e-4, 1, 1, 1));
            for (int step = 0; step < STEPS; step++) {
                trainer.step(new Batch<>(List.of(List.of(new PackedRow(rows(study, step)))), step, List.of()));
            }
            double measured = (Machine.peakResident() - idle) / 1e6;
            double planned = plan.totalBytes() / 1e6;
            return String.format(Locale.ROOT, "| %s | %,d | %.0f | %.0f | %.2f |", String.join(" | ", study.words()),
                    policy.parameterCount(), planned, measured, planned / measured);
        }
    }

    private static Packed rows(Case study, int step) {
        SplittableRandom random = new SplittableRandom(step);
        int[] ids = random.ints(study.tokens(), 0, study.vocabulary()).toArray();
        int[] starts = new int[study.tokens() / study.row() + 1];
        float[] weight = new float[study.tokens()];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = i % study.row() == 0 ? 0 : 1;
        }
        for (int n = 0; n < starts.length; n++) {
            starts[n] = n * study.row();
        }
        return new Packed(ids, starts, weight);
    }
}
