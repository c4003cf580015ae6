package dev.hone.bench.learning;

import dev.hone.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether methods that learn from rewards learn: {@code LearningStudy run WORK DATA [TASK/METHOD …]} makes small models and
 * their data once, then lets each method of {@link Studies} learn with seeds 1 to 5; a run that is finished is left as it is.
 * {@code LearningStudy report WORK DATA OUT} writes a page of tables and the curves. DATA holds rt-polarity.pos and
 * rt-polarity.neg.
 */
public final class LearningStudy {
    static final int SEEDS = 5;
    private static final List<String> TASKS = List.of("numbers", "dates", "sentiment");

    private LearningStudy() {}

    public static void main(String[] args) throws IOException {
        List<String> words = Arrays.asList(args);
        if (words.size() < 3 || !words.getFirst().matches("run|report")
                || args[0].equals("report") && args.length != 4) {
            System.err.println("found " + words + ", expected run WORK DATA [TASK/METHOD …] or report WORK DATA OUT");
            System.exit(2);
        }
        Engine.threads(1);
        Path work = Path.of(args[1]);
        Path data = Path.of(args[2]);
        if (args[0].equals("run")) {
            run(work, data, words.subList(3, words.size()));
        } else {
            Report.write(read(work, data), Path.of(args[3]));
        }
    }

    private static Task prepare(String name, Path work, Path data) throws IOException {
        Path folder = work.resolve(name);
        return switch (name) {
            case "numbers" -> NumbersTask.prepare(folder);
            case "dates" -> DatesTask.prepare(folder);
            default -> SentimentTask.prepare(folder, data);
        };
    }

    private static Path folder(Path work, String task, Study study, int seed) {
        return work.resolve("runs").resolve(task + "-" + study.method()).resolve("seed-" + seed);
    }

    private static void run(Path work, Path data, List<String> wanted) throws IOException {
        for (String name : TASKS) {
            List<Study> studies = Studies.of(name).stream()
                    .filter(study -> wanted.isEmpty() || wanted.contains(name + "/" + study.method())).toList();
            if (!studies.isEmpty()) {
                Task task = prepare(name, work, data);
                try (HeldOut heldOut = new HeldOut(task)) {
                    for (int seed = 1; seed <= SEEDS; seed++) {
                        for (Study study : studies) {
                            once(task, heldOut, study, folder(work, name, study, seed), seed);
                        }
                    }
                }
            }
        }
    }

    private static void once(Task task, HeldOut heldOut, Study study, Path folder, int seed) throws IOException {
        if (Study.done(folder)) {
            return;
        }
        long begun = System.nanoTime();
        study.run(task, heldOut, folder, seed);
        Map<String, Double> last = new TreeMap<>(Study.read(folder).heldOut().lastEntry().getValue());
        System.out.printf(Locale.ROOT, "%s/%s seed %d: %.1f s, %s%n", task.name(), study.method(), seed,
                (System.nanoTime() - begun) / 1e9, last);
    }

    /** All that is finished, by task and method. */
    private static Map<Task, Map<Study, List<Study.Run>>> read(Path work, Path data) throws IOException {
        Map<Task, Map<Study, List<Study.Run>>> found = new LinkedHashMap<>();
        for (String name : TASKS) {
            if (!Files.exists(work.resolve(name))) {
                continue;
            }
            Map<Study, List<Study.Run>> runs = new LinkedHashMap<>();
            for (Study study : Studies.of(name)) {
                for (int seed = 1; seed <= SEEDS; seed++) {
                    Path folder = folder(work, name, study, seed);
                    if (Study.done(folder)) {
                        runs.computeIfAbsent(study, each -> new ArrayList<>()).add(Study.read(folder));
                    }
                }
            }
            found.put(prepare(name, work, data), runs);
        }
        return found;
    }
}
