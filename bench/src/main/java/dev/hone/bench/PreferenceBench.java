package dev.hone.bench;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.objective.Objectives;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunHistory;
import dev.hone.train.RunSummary;
import dev.hone.train.TrainingJob;
import dev.hone.train.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Hone's side of the preference comparison: {@code PreferenceBench METHOD --model … --data …} with the settings of
 * {@code hone METHOD}. Runs the whole job and prints one JSON line: pairs per second as the median over the steps after the
 * first two, and with the time of the reference, which is computed once before the first step, spread over one epoch.
 */
public final class PreferenceBench {
    private static final int WARM_UP = 2;

    private PreferenceBench() {}

    public static void main(String[] args) {
        Objectives.Entry entry = Objectives.find(args[0]).orElseThrow();
        List<String> words = new ArrayList<>(Arrays.asList(args).subList(1, args.length));
        words.addAll(List.of("--logging_steps", "1", "--save_steps", "0", "--samples", "0", "--overwrite", "true"));
        List<Class<? extends Record>> own = Lessons.settings(entry);
        Config config = ConfigReader.of(JobSettings.types(own)).parse(words);
        TrainingSettings training = config.get(TrainingSettings.class);
        JobSettings settings = JobSettings.of(config, own);
        RunSummary summary = Lessons.job(settings, TrainingJob.Surroundings.program()).run();
        System.out.println(line(RunHistory.read(settings.run().out().resolve("metrics.jsonl")), training.rowsPerStep(),
                summary));
    }

    private static String line(RunHistory history, int rows, RunSummary summary) {
        double[] rates = Arrays.stream(history.curve("step_seconds").ys()).skip(WARM_UP).map(s -> rows / s).sorted()
                .toArray();
        String losses = Arrays.stream(history.curve("loss").ys()).mapToObj(y -> String.format(Locale.ROOT, "%.4f", y))
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT,
                "{\"case\": \"hone_preference\", \"steps\": %d, \"pairs_per_s\": %.2f, \"best_pairs_per_s\": %.2f,"
                        + " \"peak_rss_mib\": %d, \"threads\": %d, \"loss\": [%s]}",
                summary.steps(), rates[rates.length / 2], rates[rates.length - 1], Machine.peakResident() >> 20,
                Engine.threads(), losses);
    }
}
