package dev.hone.bench;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Sft;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.train.DataSettings;
import dev.hone.train.LearningSettings;
import dev.hone.train.MemoryPlan;
import dev.hone.train.ModelSettings;
import dev.hone.train.Optimizer;
import dev.hone.train.PackedRow;
import dev.hone.train.RowSource;
import dev.hone.train.Schedule;
import dev.hone.train.SftJob;
import dev.hone.train.StepReport;
import dev.hone.train.TokenPass;
import dev.hone.train.Trainer;
import dev.hone.train.TrainingSettings;
import dev.hone.train.TrainingText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Hone's side of the SFT comparison: takes the settings of {@code hone sft}, makes {@code --max_steps} steps on the rows in
 * their order, and prints one JSON line: real tokens per second as the median over the steps after the first two, from step to
 * step with the optimizer, and the largest resident size.
 */
public final class SftBench {
    private static final int WARM_UP = 2;

    private SftBench() {}

    public static void main(String[] args) {
        Config config = ConfigReader.of(SftJob.Settings.types()).parse(Arrays.asList(args));
        ModelSettings model = config.get(ModelSettings.class);
        DataSettings data = config.get(DataSettings.class);
        TrainingSettings training = config.get(TrainingSettings.class);
        LearningSettings learning = config.get(LearningSettings.class);
        if (model.threads() > 0) {
            Engine.threads(model.threads());
        }
        TrainingText text = TrainingText.load(model.model(), data);
        List<StepReport> reports = new ArrayList<>();
        try (Decoder policy = Decoder.load(model.model(), model.dtype().dtype(), model.place());
                Optimizer optimizer = learning.optimizer().create(policy.parameters())) {
            MemoryPlan plan = MemoryPlan.of(policy, training,
                    new MemoryPlan.Cut(text.longest(data), training.microbatchTokens()), optimizer.bytes(), 0);
            RowSource<PackedRow> source = new RowSource<>(text.units(data).stream().map(PackedRow::new).toList(),
                    new RowSource.Plan(training.rowsPerStep(), 1,
                            plan.microbatchTokens(), data.shuffleDataset(), training.seed()));
            TokenPass pass = new TokenPass(policy, config.get(Sft.class),
                    new HiddenOptions((t, x, r) -> x, plan.checkpointedLayers()));
            Trainer<PackedRow> trainer = new Trainer<>(policy.parameters(), pass, optimizer,
                    new Trainer.Plan(new Schedule.Constant(),
                            learning.learningRate(), training.maxGradNorm(), training.seed(), 1));
            for (long step = 0; step < training.maxSteps(); step++) {
                reports.add(trainer.step(source.batch(step)).report());
            }
            System.out.println(line(reports, policy.parameterCount()));
        }
    }

    private static String line(List<StepReport> reports, long parameters) {
        double[] rates = reports.stream().skip(WARM_UP).mapToDouble(r -> r.tokens() / r.seconds()).sorted().toArray();
        double[] seconds = reports.stream().skip(WARM_UP).mapToDouble(StepReport::seconds).sorted().toArray();
        String losses = String.join(", ",
                reports.stream().map(r -> String.format(Locale.ROOT, "%.4f", r.loss())).toList());
        return String.format(Locale.ROOT,
                "{\"case\": \"hone_sft\", \"parameters\": %d, \"tokens_per_s\": %.1f, \"best_tokens_per_s\": %.1f, \"step_s\": %.4f,"
                        + " \"peak_rss_mib\": %d, \"threads\": %d, \"loss\": [%s]}",
                parameters, rates[rates.length / 2], rates[rates.length - 1], seconds[seconds.length / 2],
                Machine.peakResident() >> 20, Engine.threads(), losses);
    }
}
