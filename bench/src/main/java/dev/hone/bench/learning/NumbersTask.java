package dev.hone.bench.learning;

import dev.hone.reward.IncreasingNumbers;
import dev.hone.reward.RewardFunction;
import dev.hone.reward.RewardInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * RL4LMs' increasing numbers: two numbers are the prompt, the answer is to be numbers that rise. The model has read lists that
 * rise for one to four numbers and begin anew, so it knows what more is, and no list that rises for long.
 */
final class NumbersTask {
    private static final int NUMBERS = 50;
    private static final int TOKENS = 20;
    private static final int LISTS = 4000;
    private static final int RUN = 4;
    private static final int STEP = 8;
    private static final int HELD_OUT = 256;
    private static final int PROMPTS = 1024;
    /** Stands in the way of the reward: 1 for an answer with a round number. */
    static final String COST = "regex(as=cost,pattern='\\b[0-4]?0\\b')";
    private static final String REWARD = "increasing_numbers(as=reward, min_tokens=" + TOKENS + ")";

    private NumbersTask() {}

    static Task prepare(Path folder) throws IOException {
        Path base = folder.resolve("base/model");
        if (!Files.exists(base)) {
            make(folder);
        }
        Path given = folder.resolve("given.jsonl");
        if (!Files.exists(given)) {
            given(given);
        }
        return new Task("numbers", "increasing numbers", base, folder.resolve("prompts.jsonl"),
                folder.resolve("held-out.jsonl"), Optional.of(given), TOKENS, REWARD,
                new Task.Judges(List.of(COST), List.of()), Map.of());
    }

    private static void make(Path folder) throws IOException {
        Random random = new Random(1);
        List<Map<String, String>> lists = new ArrayList<>();
        for (int i = 0; i < LISTS; i++) {
            lists.add(Map.of("prompt", list(2, random), "completion", " " + list(random.nextInt(10, 23), random)));
        }
        JsonLines.write(folder.resolve("lists.jsonl"), lists);
        List<String> numbers = IntStream.range(0, NUMBERS).mapToObj(Integer::toString).toList();
        List<String> pairs = new ArrayList<>(
                numbers.stream().flatMap(a -> numbers.stream().map(b -> a + " " + b)).toList());
        Collections.shuffle(pairs, random);
        JsonLines.texts(folder.resolve("held-out.jsonl"), "prompt", pairs.subList(0, HELD_OUT));
        JsonLines.texts(folder.resolve("prompts.jsonl"), "prompt", pairs.subList(HELD_OUT, HELD_OUT + PROMPTS));
        TinyModels.words(folder.resolve("fresh"), numbers, new TinyModels.Shape(64, 2, 128, 1));
        Training.demonstrations(folder.resolve("base"), Map.of("model", folder.resolve("fresh"), "data",
                folder.resolve("lists.jsonl"), "num_train_epochs", 2, "per_device_train_batch_size", 32,
                "learning_rate", 3e-3, "lr_scheduler_type", "cosine"));
    }

    /** Lists as the model has read them, cut to the longest answer, with what they earn. */
    private static void given(Path file) throws IOException {
        Random random = new Random(5);
        RewardFunction reward = new IncreasingNumbers(TOKENS);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < LISTS; i++) {
            String prompt = list(2, random);
            String answer = " " + list(random.nextInt(10, TOKENS + 1), random);
            rows.add(Map.of("prompt", prompt, "completion", answer, "reward",
                    reward.score(RewardInput.text(prompt, answer, Map.of())).total()));
        }
        JsonLines.write(file, rows);
    }

    private static String list(int length, Random random) {
        List<String> list = new ArrayList<>();
        int last = NUMBERS;
        int left = 0;
        while (list.size() < length) {
            int next = last + random.nextInt(1, STEP + 1);
            if (left == 0 || next >= NUMBERS) {
                next = random.nextInt(NUMBERS);
                left = random.nextInt(1, RUN + 1);
            }
            list.add(Integer.toString(next));
            last = next;
            left--;
        }
        return String.join(" ", list);
    }
}
