package dev.hone.bench.learning;

import dev.hone.objective.Objectives;
import dev.hone.train.Curve;
import dev.hone.train.Lessons;
import dev.hone.train.RolloutSettings;
import dev.hone.train.RunHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A method on a task: the same settings with several seeds.
 *
 * @param method the command
 * @param steps of the optimizer
 * @param settings of the command beside the task's, as they stand on the command line
 */
record Study(String method, int steps, Map<String, String> settings) {
    private static final int LOOKS = 6;
    private static final String HELD_OUT = "held-out.jsonl";

    /** What one seed gave: the training's metrics, and by step what was found on held-out prompts. */
    record Run(RunHistory metrics, TreeMap<Integer, Map<String, Double>> heldOut) {
        Curve heldOut(String name) {
            return new Curve(heldOut.keySet().stream().mapToDouble(step -> step).toArray(),
                    heldOut.values().stream().mapToDouble(row -> row.getOrDefault(name, Double.NaN)).toArray());
        }

        double last(String name) { return heldOut.lastEntry().getValue().getOrDefault(name, Double.NaN); }
    }

    /** As it would be called, without what the task gives. */
    String command() {
        return "hone " + method
                + settings.entrySet().stream().map(each -> " --" + each.getKey() + " " + quoted(each.getValue()))
                        .collect(Collectors.joining())
                + " --max_steps " + steps;
    }

    private static String quoted(String value) { return value.matches("[\\w.-]+") ? value : '"' + value + '"'; }

    /** Whether the policy writes the answers that it learns from. Else its checkpoints, without heads beside the weights, say little. */
    boolean writes() {
        return Lessons.settings(Objectives.find(method).orElseThrow()).contains(RolloutSettings.class);
    }

    /** What its cost is bounded by, where it is. */
    OptionalDouble threshold() {
        return settings.containsKey("threshold")
                ? OptionalDouble.of(Double.parseDouble(settings.get("threshold")))
                : OptionalDouble.empty();
    }

    static boolean done(Path folder) { return Files.exists(folder.resolve(HELD_OUT)); }

    /** Trains with one seed, and looks at the held-out prompts at the beginning and after each sixth of the steps. */
    void run(Task task, HeldOut heldOut, Path folder, long seed) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>(writes() ? task.prompted() : task.answered());
        all.putAll(settings);
        all.put("max_steps", steps);
        all.put("save_steps", Math.max(1, steps / LOOKS));
        all.put("save_total_limit", 2 * LOOKS);
        all.put("seed", seed);
        Training.of(method, folder, all);
        TreeMap<Integer, Path> models = new TreeMap<>();
        for (Path checkpoint : writes() ? children(folder, "checkpoint-") : List.<Path>of()) {
            models.put(Integer.parseInt(checkpoint.getFileName().toString().split("-")[1]), checkpoint);
        }
        models.put(steps, folder.resolve("model"));
        models.put(0, task.base());
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Map.Entry<Integer, Path> each : models.entrySet()) {
            Map<String, Object> row = new LinkedHashMap<>(Map.of("step", each.getKey()));
            row.putAll(heldOut.measure(each.getValue(), folder.resolve("answers-" + each.getKey() + ".txt")));
            rows.add(row);
        }
        JsonLines.write(folder.resolve(HELD_OUT), rows);
        for (Path gone : Stream.concat(children(folder, "checkpoint-").stream(), Stream.of(folder.resolve("model")))
                .toList()) {
            remove(gone);
        }
    }

    static Run read(Path folder) throws IOException {
        TreeMap<Integer, Map<String, Double>> rows = new TreeMap<>();
        for (String line : Files.readAllLines(folder.resolve(HELD_OUT))) {
            JsonNode row = JsonLines.JSON.readTree(line);
            Map<String, Double> numbers = new LinkedHashMap<>();
            row.properties().forEach(each -> numbers.put(each.getKey(), each.getValue().asDouble()));
            rows.put(row.get("step").asInt(), numbers);
        }
        return new Run(RunHistory.read(folder.resolve("metrics.jsonl")), rows);
    }

    private static List<Path> children(Path folder, String prefix) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.getFileName().toString().startsWith(prefix)).sorted().toList();
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
