package dev.hone.bench.learning;

import dev.hone.train.Curve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finished runs as a page of tables, and curves as one SVG for each of its parts. */
final class Report {
    private static final int POINTS = 25;

    private Report() {}

    /** What is known of an answer, as tables and panels name it. */
    private enum Measure {
        REWARD("reward"), COST("cost"), JUDGE("independent classifier"), BAYES("naive Bayes"), KL(
                "nats from the base"), TOKENS("tokens");

        private final String title;

        Measure(String title) { this.title = title; }

        String key() { return name().toLowerCase(Locale.ROOT); }
    }

    /**
     * A part of the page.
     *
     * @param runs of each study, by seed
     * @param thresholds of the cost; none where nothing is bounded
     */
    private record Part(String name, Task task, Map<Study, List<Study.Run>> runs, double[] thresholds) {
        /** What answers looked like before, the same for all. */
        Map<String, Double> before() {
            return runs.values().iterator().next().getFirst().heldOut().firstEntry().getValue();
        }

        boolean bounded() { return thresholds.length > 0; }

        List<Measure> measures() {
            return List.of(Measure.values()).stream().filter(it -> before().containsKey(it.key()))
                    .filter(it -> runs.values().stream().flatMap(List::stream)
                            .allMatch(run -> run.heldOut().lastEntry().getValue().containsKey(it.key())))
                    .filter(it -> bounded() || it != Measure.COST).toList();
        }
    }

    static void write(Map<Task, Map<Study, List<Study.Run>>> found, Path out) throws IOException {
        Files.createDirectories(out);
        List<String> page = new ArrayList<>();
        for (Part part : parts(found)) {
            table(part, page);
            if (part.runs().keySet().stream().allMatch(Study::writes)) {
                Files.writeString(out.resolve("learning-" + part.name() + ".svg"), chart(part));
            }
        }
        Files.write(out.resolve("learning.md"), page);
    }

    /** A task's studies, and apart from them those that learn from given answers, and those that bound costs, each beside the same without a bound. */
    private static List<Part> parts(Map<Task, Map<Study, List<Study.Run>>> found) {
        List<Part> parts = new ArrayList<>();
        found.forEach((task, runs) -> {
            Map<Study, List<Study.Run>> free = new LinkedHashMap<>(runs);
            free.keySet().removeIf(study -> study.threshold().isPresent() || !study.writes());
            Map<Study, List<Study.Run>> offline = new LinkedHashMap<>(runs);
            offline.keySet().removeIf(Study::writes);
            if (!free.isEmpty()) {
                parts.add(new Part(task.name(), task, free, new double[0]));
            }
            if (!offline.isEmpty()) {
                parts.add(new Part(task.name() + "-given", task, offline, new double[0]));
            }
            runs.forEach((study, own) -> study.threshold().ifPresent(threshold -> {
                Map<Study, List<Study.Run>> both = new LinkedHashMap<>();
                runs.keySet().stream().filter(other -> study.method().startsWith(other.method() + "-"))
                        .forEach(other -> both.put(other, runs.get(other)));
                both.put(study, own);
                parts.add(new Part(task.name() + "-cost", task, both, new double[]{threshold}));
            }));
        });
        return parts;
    }

    private static void table(Part part, List<String> page) {
        List<Measure> measures = part.measures();
        page.add("### " + part.name() + ": " + part.task().title());
        page.add("");
        part.task().makings().forEach((name, share) -> page.add(String.format(Locale.ROOT, "%s: right on %.1f %%%n",
                name, 100 * share)));
        Measure each = part.bounded() ? Measure.COST : Measure.REWARD;
        page.add("| | " + measures.stream().map(it -> it.title).collect(Collectors.joining(" | ")) + " | " + each.title
                + " of each seed |");
        page.add("|---|" + "---|".repeat(measures.size() + 1));
        page.add("| before | " + measures.stream().map(it -> number(part.before().getOrDefault(it.key(), Double.NaN)))
                .collect(Collectors.joining(" | ")) + " | |");
        part.runs().forEach((study, runs) -> page.add("| `" + study.method() + "` | " + measures.stream()
                .map(it -> spread(runs.stream().mapToDouble(run -> run.last(it.key())).toArray()))
                .collect(Collectors.joining(" | ")) + " | "
                + runs.stream().map(run -> number(run.last(each.key()))).collect(Collectors.joining(", ")) + " |"));
        page.add("");
        page.add("```");
        part.runs().keySet().forEach(study -> page.add(study.command()));
        page.add("```");
        page.add("");
    }

    private static String number(double value) { return String.format(Locale.ROOT, "%.2f", value); }

    private static String spread(double[] values) {
        return String.format(Locale.ROOT, "%.2f ± %.2f", Spread.mean(values), Spread.deviation(values));
    }

    private static String chart(Part part) {
        SpreadChart chart = new SpreadChart(part.runs().keySet().stream().map(Study::method).toList());
        chart.panel("reward of each step", spreads(part, run -> blocks(run.metrics().curve("reward"))));
        for (Measure it : part.measures()) {
            if (it == Measure.COST || it == Measure.JUDGE || it == Measure.KL) {
                chart.panel(it.title + ", held-out prompts", spreads(part, run -> run.heldOut(it.key())),
                        it == Measure.COST ? part.thresholds() : new double[0]);
            }
        }
        return chart.svg();
    }

    private static Curve blocks(Curve curve) { return Spread.blocks(curve, Math.max(1, curve.size() / POINTS)); }

    private static List<Spread> spreads(Part part, Function<Study.Run, Curve> curve) {
        return part.runs().values().stream().map(runs -> Spread.of(runs.stream().map(curve).toList())).toList();
    }
}
