package dev.hone.bench.learning;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.objective.Objectives;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunSummary;
import dev.hone.train.SftJob;
import dev.hone.train.TrainingJob;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs of Hone's commands by their settings. */
final class Training {
    private static final Map<String, Object> ALL = Map.of("chat_template", "none", "dtype", "fp32", "threads", 1,
            "logging_steps", 1, "samples", 0, "tensorboard", false, "overwrite", true);

    private Training() {}

    /** {@code hone sft}, as it pre-trains and fine-tunes. */
    static RunSummary demonstrations(Path out, Map<String, ?> settings) {
        List<String> words = words(out, settings);
        Config config = ConfigReader.of(SftJob.Settings.types()).parse(words);
        return new SftJob(SftJob.Settings.of(config), quiet(words)).run();
    }

    /** {@code hone COMMAND} of a method that learns from labels or rewards. */
    static RunSummary of(String command, Path out, Map<String, ?> settings) {
        List<String> words = words(out, settings);
        List<Class<? extends Record>> types = Lessons.settings(Objectives.find(command).orElseThrow());
        Config config = ConfigReader.of(JobSettings.types(types)).parse(words);
        return Lessons.job(JobSettings.of(config, types), quiet(words)).run();
    }

    private static List<String> words(Path out, Map<String, ?> settings) {
        Map<String, Object> whole = new LinkedHashMap<>(ALL);
        whole.putAll(settings);
        whole.put("out", out);
        return whole.entrySet().stream().map(each -> "--" + each.getKey() + "=" + each.getValue()).toList();
    }

    private static TrainingJob.Surroundings quiet(List<String> words) {
        return new TrainingJob.Surroundings(words, new PrintStream(PrintStream.nullOutputStream()), () -> false);
    }
}
