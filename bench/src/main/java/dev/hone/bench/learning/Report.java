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

/** Finished runs as a page of tables, and curves as one SVG for each task. */
final class Report {
    private static final Map<String, String> TITLES = new LinkedHashMap<>();
    private static final int POINTS = 25;

    static {
        TITLES.put("reward", "reward");
        TITLES.put("cost", "cost");
        TITLES.put("judge", "independent classifier");
        TITLES.put("bayes", "naive Bayes");
        TITLES.put("kl", "nats per answer from the base");
        TITLES.put("tokens", "tokens");
    }

    private Report() {}

    static void write(Map<Task, Map<Study, List<Study.Run>>> found, Path out) throws IOException {
        Files.createDirectories(out);
        List<String> page = new ArrayList<>();
        for (Map.Entry<Task, Map<Study, List<Study.Run>>> each : found.entrySet()) {
            if (!each.getValue().isEmpty()) {
                table(each.getKey(), each.getValue(), page);
                Files.writeString(out.resolve("learning-" + each.getKey().name() + ".svg"),
                        chart(each.getKey(), each.getValue()));
            }
        }
        Files.write(out.resolve("learning.md"), page);
    }

    private static List<String> measures(Map<Study, List<Study.Run>> studies) {
        Map<String, Double> first = studies.values().iterator().next().getFirst().heldOut().firstEntry().getValue();
        return TITLES.keySet().stream().filter(first::containsKey).toList();
    }

    private static void table(Task task, Map<Study, List<Study.Run>> studies, List<String> page) {
        List<String> measures = measures(studies);
        page.add("### " + task.title());
        page.add("");
        task.makings().forEach((name, share) -> page.add(String.format(Locale.ROOT, "%s: right on %.1f %%%n", name,
                100 * share)));
        page.add("| | " + measures.stream().map(TITLES::get).collect(Collectors.joining(" | "))
                + " | reward of each seed, after |");
        page.add("|---|" + "---|".repeat(measures.size() + 1));
        Map<String, Double> before = studies.values().iterator().next().getFirst().heldOut().firstEntry().getValue();
        page.add("| before | " + measures.stream().map(name -> number(before.get(name)))
                .collect(Collectors.joining(" | ")) + " | |");
        studies.forEach((study, runs) -> page.add("| `" + study.method() + "` | " + measures.stream()
                .map(name -> spread(runs.stream().mapToDouble(run -> run.last(name)).toArray()))
                .collect(Collectors.joining(" | ")) + " | "
                + runs.stream().map(run -> number(run.last("reward"))).collect(Collectors.joining(", ")) + " |"));
        page.add("");
        studies.keySet().forEach(study -> page.add("* `" + study.command() + "`"));
        page.add("");
    }

    private static String number(double value) { return String.format(Locale.ROOT, "%.2f", value); }

    private static String spread(double[] values) {
        return String.format(Locale.ROOT, "%.2f ± %.2f", Spread.mean(values), Spread.deviation(values));
    }

    private static String chart(Task task, Map<Study, List<Study.Run>> studies) {
        SpreadChart chart = new SpreadChart(studies.keySet().stream().map(Study::method).toList());
        chart.panel("reward while it trains", spreads(studies, run -> {
            Curve reward = run.metrics().curve("reward");
            return Spread.blocks(reward, Math.max(1, reward.size() / POINTS));
        }));
        for (String name : List.of("cost", "judge", "kl")) {
            if (measures(studies).contains(name)) {
                chart.panel(TITLES.get(name) + ", held-out prompts", spreads(studies, run -> run.heldOut(name)));
            }
        }
        return chart.svg();
    }

    private static List<Spread> spreads(Map<Study, List<Study.Run>> studies, Function<Study.Run, Curve> curve) {
        return studies.values().stream().map(runs -> Spread.of(runs.stream().map(curve).toList())).toList();
    }
}
