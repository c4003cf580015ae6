package dev.hone.train;

import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardFunction;
import dev.hone.reward.RewardInput;
import dev.hone.reward.Score;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Small runs of a tiny policy that learns from rewards in Java: which tokens it writes is all that counts. */
record BoundedRuns(LessonRuns runs) {
    static final int TOKENS = 8;

    static BoundedRuns in(Path folder) { return new BoundedRuns(LessonRuns.in(folder)); }

    /** The share of tokens that are so. */
    static NamedReward share(String name, IntPredicate wanted) {
        RewardFunction share = (RewardInput input) -> Score.of(
                Arrays.stream(input.completionIds()).filter(wanted).count() / (double) TOKENS);
        return NamedReward.of(name, share);
    }

    Path prompts() {
        return runs.write("prompts", IntStream.range(0, 8)
                .mapToObj(i -> "{\"prompt\": \"What is %d plus %d?\"}".formatted(i % 4, i / 4)).toList());
    }

    Path demonstrations() {
        return runs.write("demonstrations", IntStream.range(0, 12)
                .mapToObj(i -> "{\"prompt\": \"Say %d.\", \"completion\": \" It is %d.\"}".formatted(i, i)).toList());
    }

    List<String> words(String out, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of("--max_completion_length", String.valueOf(TOKENS), "--min_new_tokens",
                String.valueOf(TOKENS), "--lr_scheduler_type", "constant"));
        if (!all.contains("--per_device_train_batch_size")) {
            all.addAll(List.of("--per_device_train_batch_size", "32"));
        }
        return runs.words(out, LessonRuns.POLICY, prompts(), all.toArray(String[]::new));
    }

    RunSummary run(String command, BooleanSupplier stop, List<String> words, NamedReward reward,
            List<NamedReward> costs) {
        return Lessons.job(LessonRuns.settings(command, words),
                new TrainingJob.Surroundings(words, new PrintStream(runs.told(), true), stop), List.of(reward), costs)
                .run();
    }

    RunSummary run(String command, String out, NamedReward reward, String... settings) {
        return run(command, () -> false, words(out, settings), reward, List.of());
    }

    /** A metric of every step. */
    double[] metric(String out, String name) {
        return runs.history(out).curve(name).ys();
    }

    static double mean(double[] values, int from, int to) {
        return Arrays.stream(values, from, to).average().orElseThrow();
    }
}
