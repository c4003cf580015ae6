package dev.hone.train;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.objective.Objectives;
import dev.hone.testkit.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Small runs of the objectives on labelled data: each with data of its kind and the settings of its command. */
record LessonRuns(Path folder, ByteArrayOutputStream told) {
    static final Path POLICY = Golden.path("runs", "init");
    private static final int ROWS = 12;

    static LessonRuns in(Path folder) { return new LessonRuns(folder, new ByteArrayOutputStream()); }

    /** A model folder with the weights of one fixture and the tokenizer of the policy. */
    Path withTokenizer(Path weights) {
        Path model = folder.resolve("start-" + weights.getFileName());
        try {
            Files.createDirectories(model);
            for (String file : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
                Files.write(model.resolve(file), Files.readAllBytes(POLICY.resolve(file)));
            }
            for (String file : List.of("config.json", "model.safetensors")) {
                Files.write(model.resolve(file), Files.readAllBytes(weights.resolve(file)));
            }
            return model;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Rows of the shape that a command asks for. */
    Path data(String command) {
        return write(command, IntStream.range(0, ROWS).mapToObj(i -> row(command, i)).toList());
    }

    Path write(String name, List<String> rows) {
        try {
            return Files.write(folder.resolve(name + ".jsonl"), rows);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String row(String command, int i) {
        String prompt = "\"prompt\": \"What is %d plus %d?\"".formatted(i % 4, i / 4);
        String good = "It is %d.".formatted(i % 4 + i / 4);
        String bad = "No %d, nobody knows".formatted(i);
        return "{" + switch (command) {
            case "kto", "bco" -> prompt + ", \"completion\": \"%s\", \"label\": %s".formatted(i % 2 == 0 ? good : bad,
                    i % 2 == 0);
            case "tpo" -> prompt + ", \"chosen\": \"%s\", \"rejected\": \"%s\", \"reference\": \"Yes, %s\""
                    .formatted(good, bad, good);
            case "reward-ranked" -> prompt + ", \"answers\": [\"%s\", \"Perhaps %d.\", \"%s\"]".formatted(good, i, bad);
            case "reward-regression" -> "\"text\": \"%s\", \"score\": %s".formatted(i % 2 == 0 ? good : bad,
                    i % 2 == 0 ? "0.9" : "-0.4");
            case "ilql" -> prompt + ", \"completion\": \"%s\", \"reward\": %s".formatted(i % 2 == 0 ? good : bad,
                    i % 2 == 0 ? "1" : "-0.5");
            case "reward-bins" -> "\"text\": \"%s\", \"score\": %d".formatted(i % 2 == 0 ? good : bad, i % 2);
            case "cost" -> prompt + (", \"response_0\": \"%s\", \"response_1\": \"%s\", \"better_response_id\": 0,"
                    + " \"safer_response_id\": %d, \"is_response_0_safe\": %s, \"is_response_1_safe\": %s")
                    .formatted(good, bad, i % 2, i % 2 == 0, i % 2 == 1);
            case "prm" -> prompt + ", \"completions\": [\"First %d.\", \"%s\"], \"labels\": [true, %s]"
                    .formatted(i, i % 2 == 0 ? good : bad, i % 2 == 0);
            default -> prompt + ", \"chosen\": \"%s\", \"rejected\": \"%s\"".formatted(good, bad);
        } + "}";
    }

    /** The words that a user would give, in float32, without template, 4 rows a step. */
    List<String> words(String out, Path model, Path data, String... settings) {
        List<String> words = new ArrayList<>(List.of("--model", model.toString(), "--data", data.toString(), "--out",
                folder.resolve(out).toString()));
        words.addAll(List.of(settings));
        otherwise(words, "--dtype", "fp32");
        otherwise(words, "--chat_template", "none");
        otherwise(words, "--per_device_train_batch_size", "4");
        otherwise(words, "--logging_steps", "1");
        otherwise(words, "--samples", "0");
        otherwise(words, "--tensorboard", "false");
        return words;
    }

    private static void otherwise(List<String> words, String key, String value) {
        if (!words.contains(key)) {
            words.addAll(List.of(key, value));
        }
    }

    static JobSettings settings(String command, List<String> words) {
        List<Class<? extends Record>> own = Lessons.settings(Objectives.find(command).orElseThrow());
        Config config = ConfigReader.of(JobSettings.types(own)).parse(words);
        return JobSettings.of(config, own);
    }

    RunSummary run(String command, String out, Path model, Path data, String... settings) {
        return run(command, () -> false, words(out, model, data, settings));
    }

    RunSummary run(String command, BooleanSupplier stop, List<String> words) {
        return Lessons.job(settings(command, words),
                new TrainingJob.Surroundings(words, new PrintStream(told, true), stop)).run();
    }

    RunHistory history(String out) { return RunHistory.read(folder.resolve(out).resolve("metrics.jsonl")); }
}
