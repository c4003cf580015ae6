package dev.hone.bench.learning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * RL4LMs' sentences with dates: the beginning of a sentence is the prompt, the answer is to hold a date. One sentence in
 * twenty that the model has read has one; many others have days, months, years and other numbers alone.
 */
final class DatesTask {
    private static final double DATED = 0.05;
    private static final int SENTENCES = 6000;
    private static final int HELD_OUT = 256;
    private static final String REWARD = "dates(as=reward)";
    private static final List<String> OWNERS = List.of("the", "our", "her", "his", "their", "this", "my", "that");
    private static final List<String> KINDS = List.of("first", "last", "long", "old", "new", "great", "small", "next",
            "other", "quiet");
    private static final List<String> THINGS = List.of("meeting", "concert", "journey", "letter", "train", "storm",
            "school", "market", "voyage", "feast", "contract", "play", "trial", "harvest", "strike", "race");
    private static final List<String> VERBS = List.of("began", "ended", "was planned", "was announced", "took place",
            "was remembered", "came", "was over", "was delayed", "started");
    private static final List<String> PLACES = List.of("in the town", "by the river", "near the harbour", "at home",
            "in the hall", "on the hill", "without a word", "in the rain");
    private static final List<String> MONTHS = List.of("January", "February", "March", "April", "June", "July",
            "August", "September", "October", "November", "December");
    private static final List<String> DAYS = List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday");

    private DatesTask() {}

    static Task prepare(Path folder) throws IOException {
        Path base = folder.resolve("base/model");
        if (!Files.exists(base)) {
            make(folder);
        }
        return new Task("dates", "sentences with a date", base, folder.resolve("prompts.jsonl"),
                folder.resolve("held-out.jsonl"), Optional.empty(), 16, REWARD, new Task.Judges(List.of(), List.of()),
                Map.of());
    }

    private static void make(Path folder) throws IOException {
        Random random = new Random(2);
        List<Map<String, String>> rows = new ArrayList<>();
        TreeSet<String> words = new TreeSet<>();
        for (int i = 0; i < SENTENCES; i++) {
            Map<String, String> row = Map.of("prompt", beginning(random), "completion", " " + end(random));
            rows.add(row);
            row.values().forEach(text -> words.addAll(List.of(text.strip().split(" "))));
        }
        JsonLines.write(folder.resolve("sentences.jsonl"), rows);
        List<String> prompts = Stream.generate(() -> beginning(random)).distinct().limit(1000).toList();
        JsonLines.texts(folder.resolve("held-out.jsonl"), "prompt", prompts.subList(0, HELD_OUT));
        JsonLines.texts(folder.resolve("prompts.jsonl"), "prompt", prompts.subList(HELD_OUT, prompts.size()));
        TinyModels.words(folder.resolve("fresh"), List.copyOf(words), new TinyModels.Shape(64, 2, 128, 2));
        Training.demonstrations(folder.resolve("base"), Map.of("model", folder.resolve("fresh"), "data",
                folder.resolve("sentences.jsonl"), "num_train_epochs", 3, "per_device_train_batch_size", 32,
                "learning_rate", 3e-3, "lr_scheduler_type", "cosine"));
    }

    private static String beginning(Random random) {
        return String.join(" ", one(OWNERS, random), one(KINDS, random), one(THINGS, random));
    }

    private static String end(Random random) {
        String when = random.nextDouble() < DATED
                ? "on " + day(random) + " " + one(MONTHS, random) + " " + year(random)
                : switch (random.nextInt(7)) {
                    case 0 -> "in " + one(MONTHS, random);
                    case 1 -> "in " + year(random);
                    case 2 -> "on " + one(DAYS, random);
                    case 3 -> "with " + day(random) + " people";
                    case 4 -> "after " + day(random) + " days";
                    case 5 -> "before noon";
                    default -> "at last";
                };
        String place = random.nextBoolean() ? one(PLACES, random) + " " : "";
        return one(VERBS, random) + " " + place + when + " .";
    }

    private static String day(Random random) { return Integer.toString(random.nextInt(1, 29)); }

    private static String year(Random random) { return Integer.toString(random.nextInt(1980, 2020)); }

    private static String one(List<String> words, Random random) { return words.get(random.nextInt(words.size())); }
}
