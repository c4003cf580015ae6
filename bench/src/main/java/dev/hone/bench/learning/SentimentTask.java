package dev.hone.bench.learning;

import dev.hone.reward.NamedReward;
import dev.hone.train.RunHistory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sentences of film reviews that shall be positive: the beginning of a sentence is the prompt. The reward model has learned
 * one half of the labelled sentences; two judges know the other half only: a classifier with another tokenizer, made from
 * fresh weights on that half alone, and a {@link NaiveBayes}.
 */
final class SentimentTask {
    private static final int TEST = 1000;
    private static final int PROMPTS = 2000;
    private static final int HELD_OUT = 256;
    private static final int PROMPT_WORDS = 3;
    private static final String PROBABILITY = "model(as=%s, path=\"%s\", output=probability, label=LABEL_1, dtype=fp32)";

    private SentimentTask() {}

    /** A labelled sentence: 1 is positive. */
    private record Sentence(String text, int label) {}

    /** @param data folder with rt-polarity.pos and rt-polarity.neg (Pang and Lee's sentence polarity data v1.0) */
    static Task prepare(Path folder, Path data) throws IOException {
        List<Sentence> all = read(data);
        List<Sentence> test = all.subList(0, TEST);
        int middle = TEST + (all.size() - TEST) / 2;
        List<Sentence> half = all.subList(TEST, middle);
        List<Sentence> otherHalf = all.subList(middle, all.size());
        if (!Files.exists(folder.resolve("base/model"))) {
            texts(folder, all);
            base(folder, all.subList(TEST, all.size()));
        }
        if (!Files.exists(folder.resolve("reward/model"))) {
            classifier(folder, "reward", folder.resolve("base/model"), half, test);
        }
        if (!Files.exists(folder.resolve("judge/model"))) {
            judge(folder, otherHalf, test);
        }
        NaiveBayes bayes = new NaiveBayes(List.of(of(otherHalf, 0), of(otherHalf, 1)));
        Map<String, Double> makings = new LinkedHashMap<>();
        for (String name : List.of("reward", "judge")) {
            makings.put(name, accuracy(RunHistory.read(folder.resolve(name + "/metrics.jsonl"))));
        }
        makings.put("bayes", test.stream().mapToInt(s -> bayes.probability(s.text()) > 0.5 == (s.label() == 1) ? 1 : 0)
                .average().orElseThrow());
        String reward = PROBABILITY.formatted("reward", folder.resolve("reward/model"));
        String judge = PROBABILITY.formatted("judge", folder.resolve("judge/model"));
        return new Task("sentiment", "positive film reviews", folder.resolve("base/model"),
                folder.resolve("prompts.jsonl"), folder.resolve("held-out.jsonl"), Optional.empty(), 24, reward,
                new Task.Judges(List.of(judge), List.of(NamedReward.of("bayes", bayes))), makings);
    }

    /** Of the model that was kept: that of the lowest held-out loss. */
    private static double accuracy(RunHistory history) {
        double[] losses = history.curve("eval_loss").ys();
        int best = IntStream.range(0, losses.length).boxed().min(Comparator.comparingDouble(i -> losses[i]))
                .orElseThrow();
        return history.curve("eval_accuracy").ys()[best];
    }

    /** Every sentence once, shuffled; one that stands under both labels is left out. */
    private static List<Sentence> read(Path data) throws IOException {
        Map<String, Integer> labels = new LinkedHashMap<>();
        for (String name : List.of("rt-polarity.neg", "rt-polarity.pos")) {
            int label = name.endsWith("pos") ? 1 : 0;
            String text = Files.readString(data.resolve(name), StandardCharsets.ISO_8859_1);
            text.lines().map(String::strip).filter(line -> !line.isEmpty())
                    .forEach(line -> labels.merge(line, label, (a, b) -> a.equals(b) ? a : -1));
        }
        List<Sentence> all = new ArrayList<>();
        labels.forEach((text, label) -> all.add(new Sentence(text, label)));
        all.removeIf(sentence -> sentence.label() < 0);
        Collections.shuffle(all, new Random(3));
        return List.copyOf(all);
    }

    private static List<String> of(List<Sentence> sentences, int label) {
        return sentences.stream().filter(sentence -> sentence.label() == label).map(Sentence::text).toList();
    }

    private static Stream<String> beginnings(List<Sentence> sentences) {
        return sentences.stream().map(sentence -> sentence.text().split(" ")).filter(words -> words.length > 8)
                .map(words -> String.join(" ", List.of(words).subList(0, PROMPT_WORDS))).distinct();
    }

    private static void texts(Path folder, List<Sentence> all) throws IOException {
        Set<String> heldOut = new LinkedHashSet<>(beginnings(all.subList(0, TEST)).limit(HELD_OUT).toList());
        JsonLines.texts(folder.resolve("held-out.jsonl"), "prompt", List.copyOf(heldOut));
        JsonLines.texts(folder.resolve("prompts.jsonl"), "prompt", beginnings(all.subList(TEST, all.size()))
                .filter(prompt -> !heldOut.contains(prompt)).limit(PROMPTS).toList());
    }

    private static void base(Path folder, List<Sentence> known) throws IOException {
        List<String> texts = known.stream().map(Sentence::text).toList();
        TinyModels.pieces(folder.resolve("fresh"), texts, 3000, new TinyModels.Shape(128, 3, 128, 3));
        language(folder.resolve("base"), folder.resolve("fresh"), texts, 6);
    }

    /** A language model of whole texts. */
    private static void language(Path out, Path fresh, List<String> texts, int epochs) throws IOException {
        Path rows = out.resolveSibling(out.getFileName() + "-texts.jsonl");
        JsonLines.write(rows, texts.stream().map(text -> Map.of("prompt", text.split(" ", 2)[0], "completion",
                text.contains(" ") ? " " + text.split(" ", 2)[1] : " .")).toList());
        Training.demonstrations(out, Map.of("model", fresh, "data", rows, "completion_only_loss", false, "max_length",
                96, "num_train_epochs", epochs, "per_device_train_batch_size", 32, "learning_rate", 2e-3,
                "lr_scheduler_type", "cosine", "weight_decay", 0.1));
    }

    private static void judge(Path folder, List<Sentence> known, List<Sentence> test) throws IOException {
        List<String> texts = known.stream().map(Sentence::text).toList();
        TinyModels.pieces(folder.resolve("judge-fresh"), texts, 2000, new TinyModels.Shape(96, 2, 128, 4));
        language(folder.resolve("judge-base"), folder.resolve("judge-fresh"), texts, 6);
        classifier(folder, "judge", folder.resolve("judge-base/model"), known, test);
    }

    private static void classifier(Path folder, String name, Path start, List<Sentence> known, List<Sentence> test)
            throws IOException {
        Path rows = folder.resolve(name + "-rows.jsonl");
        Path tests = folder.resolve("test.jsonl");
        JsonLines.write(rows, rows(known));
        JsonLines.write(tests, rows(test));
        Training.of("reward-bins", folder.resolve(name), Map.of("model", start, "data", rows,
                "eval_data", tests, "reward_bins", 2, "max_length", 128,
                "num_train_epochs", 2, "per_device_train_batch_size", 32, "learning_rate", 5e-4, "weight_decay", 0.1));
    }

    private static List<Map<String, Object>> rows(List<Sentence> sentences) {
        return sentences.stream().map(s -> Map.<String, Object>of("text", s.text(), "label", s.label())).toList();
    }
}
