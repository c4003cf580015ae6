package dev.hone.train;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A few of the policy's answers in {@code rollouts.jsonl}, for a person to read. Of equal rewards the later answers count, as they are
 * nearer to what the model has become.
 *
 * @param best of the highest reward, the best first
 * @param worst of the lowest reward, the worst first
 * @param random drawn evenly from all
 */
record RolloutPicks(List<Answer> best, List<Answer> worst, List<Answer> random) {
    private static final int EACH = 3;

    /**
     * One answer.
     *
     * @param rewards by name, as they were written
     * @param more what was made of it: its advantage, its distance from the reference
     */
    record Answer(long step, String prompt, String completion, String stop, Optional<Double> reward,
            Map<String, String> rewards, Map<String, Double> more) {

        private static Answer of(JsonNode row) {
            Map<String, String> rewards = new LinkedHashMap<>();
            row.path("rewards").properties().forEach(entry -> rewards.put(entry.getKey(), said(entry.getValue())));
            Map<String, Double> more = new LinkedHashMap<>();
            for (String name : List.of("advantage", "kl")) {
                if (row.path(name).isNumber()) {
                    more.put(name, row.path(name).doubleValue());
                }
            }
            return new Answer(row.path("step").asLong(0), row.path("prompt").asString(""),
                    row.path("completion").asString(""), row.path("stop").asString(""),
                    row.path("reward").isNumber() ? Optional.of(row.path("reward").doubleValue()) : Optional.empty(),
                    rewards, more);
        }

        private static String said(JsonNode value) {
            return value.isNumber() ? Numbers.value(value.doubleValue()) : value.asString("");
        }

        private double worth() { return reward.orElse(Double.NaN); }
    }

    /** Empty where the run has no such file, or no answer in it. Torn lines are left out. */
    static Optional<RolloutPicks> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        Picking picking = new Picking();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                parse(line).ifPresent(picking::take);
            }
        } catch (IOException failure) {
            throw RunFiles.unreadable(file, failure);
        }
        return picking.random.isEmpty()
                ? Optional.empty()
                : Optional.of(new RolloutPicks(picking.best, picking.worst, picking.random));
    }

    private static Optional<Answer> parse(String line) {
        try {
            JsonNode row = CheckpointJson.MAPPER.readTree(line);
            return row.isObject() && !row.path(RolloutLog.BY).asString("").equals(RolloutLog.RIVAL)
                    ? Optional.of(Answer.of(row))
                    : Optional.empty();
        } catch (JacksonException torn) {
            return Optional.empty();
        }
    }

    /** Keeps few rows of many: the file may be larger than memory. */
    private static final class Picking {
        private final List<Answer> best = new ArrayList<>();
        private final List<Answer> worst = new ArrayList<>();
        private final List<Answer> random = new ArrayList<>();
        private final Random draws = new Random(1);
        private int seen;

        void take(Answer answer) {
            if (answer.reward().isPresent()) {
                keep(best, answer, Comparator.comparingDouble(Answer::worth).reversed());
                keep(worst, answer, Comparator.comparingDouble(Answer::worth));
            }
            seen++;
            int place = seen <= EACH ? seen - 1 : draws.nextInt(seen);
            if (place < EACH && seen <= EACH) {
                random.add(answer);
            } else if (place < EACH) {
                random.set(place, answer);
            }
        }

        private static void keep(List<Answer> kept, Answer answer, Comparator<Answer> order) {
            kept.addFirst(answer); // sorting is stable: the later of equals stands first
            kept.sort(order);
            if (kept.size() > EACH) {
                kept.removeLast();
            }
        }
    }
}
