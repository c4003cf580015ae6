package dev.hone.train;

import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardFunction;
import dev.hone.reward.Score;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Small runs that learn from a reward of the test's own: a tiny model, eight prompts, short answers. */
record OnlineRuns(Path folder, ByteArrayOutputStream told) {
    /** The share of an answer's tokens with an even id: about half at first, and near 1 for a policy that has learned. */
    static final RewardFunction EVEN = input -> Score
            .of(Arrays.stream(input.completionIds()).filter(id -> id % 2 == 0).count()
                    / (double) input.completionIds().length);
    private static final int PROMPTS = 8;

    static OnlineRuns in(Path folder) { return new OnlineRuns(folder, new ByteArrayOutputStream()); }

    Path prompts() {
        return write("prompts", IntStream.range(0, PROMPTS)
                .mapToObj(i -> "{\"prompt\": \"What is %d plus %d?%s\", \"answer\": \"%d\"}".formatted(i % 3, i,
                        " Please.".repeat(i % 3), i % 3 + i))
                .toList());
    }

    Path write(String name, List<String> rows) {
        try {
            return Files.write(folder.resolve(name + ".jsonl"), rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> words(String out, Path data, String... settings) {
        List<String> words = new ArrayList<>(List.of("--model", LessonRuns.POLICY.toString(), "--data",
                data.toString(), "--out", folder.resolve(out).toString()));
        words.addAll(List.of(settings));
        List<String> usual = List.of("--dtype", "fp32", "--chat_template", "none", "--per_device_train_batch_size",
                "8", "--max_completion_length", "6", "--logging_steps", "1", "--samples", "0", "--tensorboard",
                "false");
        for (int i = 0; i < usual.size(); i += 2) {
            if (!words.contains(usual.get(i))) {
                words.addAll(usual.subList(i, i + 2));
            }
        }
        return words;
    }

    RunSummary run(String command, String out, String... settings) {
        return run(command, () -> false, EVEN, words(out, prompts(), settings));
    }

    RunSummary run(String command, BooleanSupplier stop, RewardFunction reward, List<String> words) {
        return Lessons.job(LessonRuns.settings(command, words),
                new TrainingJob.Surroundings(words, new PrintStream(told, true), stop),
                List.of(NamedReward.of("own", reward))).run();
    }

    RunHistory history(String out) { return RunHistory.read(folder.resolve(out).resolve("metrics.jsonl")); }
}
