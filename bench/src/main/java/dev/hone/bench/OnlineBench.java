package dev.hone.bench;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.objective.Objectives;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardInput;
import dev.hone.reward.Score;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunHistory;
import dev.hone.train.RunSummary;
import dev.hone.train.TrainingJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Hone's side of the comparison of learning from rewards: {@code OnlineBench METHOD --model … --data …} with the settings of
 * {@code hone METHOD}. The reward, the share of even token ids, costs nothing. Prints one JSON line: steps per second of wall
 * time, the answers' generation included, as the median over the steps after the first two, and what share each phase takes.
 */
public final class OnlineBench {
    private static final int WARM_UP = 2;

    private OnlineBench() {}

    public static void main(String[] args) {
        Objectives.Entry entry = Objectives.find(args[0]).orElseThrow();
        List<String> words = new ArrayList<>(Arrays.asList(args).subList(1, args.length));
        words.addAll(List.of("--logging_steps", "1", "--save_steps", "0", "--samples", "0", "--overwrite", "true",
                "--chat_template", "none"));
        List<Class<? extends Record>> own = Lessons.settings(entry);
        Config config = ConfigReader.of(JobSettings.types(own)).parse(words);
        JobSettings settings = JobSettings.of(config, own);
        RunSummary summary = Lessons.job(settings, TrainingJob.Surroundings.program(),
                List.of(NamedReward.of("even", OnlineBench::even))).run();
        Path metrics = settings.run().out().resolve("metrics.jsonl");
        System.out.println(line(RunHistory.read(metrics), summary));
    }

    private static Score even(RewardInput input) {
        long even = Arrays.stream(input.completionIds()).filter(id -> id % 2 == 0).count();
        return Score.of((double) even / Math.max(1, input.completionIds().length));
    }

    private static String line(RunHistory history, RunSummary summary) {
        double rollout = median(history, "time/rollout");
        double reward = median(history, "time/reward");
        double experience = median(history, "time/experience");
        double learning = median(history, "step_seconds");
        double whole = rollout + reward + experience + learning;
        return String.format(Locale.ROOT,
                "{\"case\": \"hone_online\", \"steps\": %d, \"steps_per_s\": %.4f, \"step_s\": %.3f,"
                        + " \"shares\": {\"rollout\": %.3f, \"reward\": %.3f, \"experience\": %.3f,"
                        + " \"learning\": %.3f}, \"new_tokens\": %.1f, \"peak_rss_mib\": %d, \"threads\": %d}",
                summary.steps(), 1 / whole, whole, rollout / whole, reward / whole, experience / whole,
                learning / whole, median(history, "completions/mean_length"), Machine.peakResident() >> 20,
                Engine.threads());
    }

    private static double median(RunHistory history, String name) {
        double[] values = Arrays.stream(history.curve(name).ys()).skip(WARM_UP).sorted().toArray();
        return values[values.length / 2];
    }
}
