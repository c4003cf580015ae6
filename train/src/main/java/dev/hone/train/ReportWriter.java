package dev.hone.train;

import dev.hone.tensor.Machine;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Writes {@code report.html}: one file with curves, samples and settings that opens anywhere. It asks no network for
 * anything, runs no script (its content security policy forbids both), and shows whatever stands in the data as text.
 */
public final class ReportWriter {
    private static final String POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

    private final String title;
    private final RunHistory history;
    private String subtitle = "";
    private List<String> warnings = List.of();
    private List<BeforeAfter> samples = List.of();
    private final Map<String, String> results = new LinkedHashMap<>();
    private Optional<RolloutPicks> rollouts = Optional.empty();
    private Map<String, Double> phases = Map.of();
    private List<Map<String, String>> data = List.of();
    private Map<String, ?> settings = Map.of();
    private final Map<String, String> machine = new LinkedHashMap<>();

    public ReportWriter(String title, RunHistory history) {
        this.title = title;
        this.history = history;
    }

    /** A line under the title: the model, the date, how the run ended. */
    public ReportWriter subtitle(String line) {
        subtitle = line;
        return this;
    }

    /** What a reader should know first: skipped rows, steps without a finite loss. */
    public ReportWriter warnings(List<String> lines) {
        warnings = List.copyOf(lines);
        return this;
    }

    public ReportWriter samples(List<BeforeAfter> beforeAfter) {
        samples = List.copyOf(beforeAfter);
        return this;
    }

    /** Answers of the run, of which a few are shown; a file that is not there is left out. */
    public ReportWriter rollouts(Path file) {
        rollouts = RolloutPicks.read(file);
        return this;
    }

    /** Shares of the phases of a step in the time, by name, 0 to 1. */
    public ReportWriter phases(Map<String, Double> shares) {
        phases = new LinkedHashMap<>(shares);
        return this;
    }

    /** Final numbers by name, in the order given. */
    public ReportWriter results(Map<String, Double> numbers) {
        numbers.forEach((name, value) -> results.put(name, Numbers.value(value)));
        return this;
    }

    /** One row per data file or split; the columns are the keys in their order. */
    public ReportWriter data(List<Map<String, String>> rows) {
        data = List.copyOf(rows);
        return this;
    }

    /** The configuration; nested maps become dotted names, secrets are masked. */
    public ReportWriter settings(Map<String, ?> configuration) {
        settings = configuration;
        return this;
    }

    public ReportWriter machine(Machine where, Map<String, String> versions) {
        machine.put("cpu", where.cpu());
        machine.put("processors", Integer.toString(where.processors()));
        machine.put("memory", Numbers.bytes(where.memoryBytes()));
        machine.put("system", where.os());
        machine.put("java", where.java());
        machine.putAll(versions);
        return this;
    }

    /**
     * Writes the report in one step: a browser that reloads it never sees half of it.
     *
     * @throws java.io.UncheckedIOException when the file cannot be written
     */
    public void write(Path path) { RunFiles.replace(path, html().getBytes(StandardCharsets.UTF_8)); }

    /** The report as HTML that is well-formed XML too. */
    public String html() {
        StringBuilder out = new StringBuilder();
        out.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
        out.append("<meta http-equiv=\"Content-Security-Policy\" content=\"").append(POLICY).append("\"/>\n");
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
        out.append("<meta name=\"referrer\" content=\"no-referrer\"/>\n");
        out.append("<title>").append(Html.escape(title)).append("</title>\n");
        out.append("<style>\n").append(SvgChart.style()).append(SvgChart.resource("report.css")).append("</style>\n");
        out.append("</head>\n<body>\n<main>\n");
        out.append("<header><p class=\"kind\">Hone run report</p><h1>").append(Html.escape(title)).append("</h1>");
        out.append(paragraph("subtitle", subtitle)).append("</header>\n");
        out.append(tiles()).append(warningBox());
        out.append(section("Curves", ReportCharts.html(history)));
        out.append(section("Samples before and after", sampleCards()));
        out.append(section("Answers and what they earned", rollouts.map(ReportRollouts::answers).orElse("")));
        out.append(section("Where the time went", ReportRollouts.phases(phases)));
        out.append("<div class=\"pair\">\n");
        out.append(section("Final numbers", keyTable(results)));
        out.append(section("Machine and versions", keyTable(machine)));
        out.append("</div>\n");
        out.append(section("Data", dataTable()));
        out.append(section("Settings", keyTable(flat())));
        return out.append("</main>\n</body>\n</html>\n").toString();
    }

    private String tiles() {
        StringBuilder out = new StringBuilder("<div class=\"tiles\">\n");
        for (String name : List.of("loss", "reward")) {
            Curve smooth = history.curve(name).smoothed();
            if (smooth.size() > 0) {
                double first = smooth.ys()[0];
                tile(out, name, Numbers.value(smooth.ys()[smooth.size() - 1]),
                        "from " + Numbers.value(first) + ", smoothed");
            }
        }
        Curve evaluation = history.curve("eval_loss");
        if (evaluation.size() > 0) {
            tile(out, "eval_loss", Numbers.value(evaluation.ys()[evaluation.size() - 1]),
                    "best " + Numbers.value(evaluation.smallest()));
        }
        OptionalDouble tokens = history.last("num_tokens");
        if (tokens.isPresent()) {
            tile(out, "tokens", Numbers.grouped(tokens.getAsDouble()), "");
        }
        Curve speed = history.curve("tokens_per_second");
        if (speed.size() > 0) {
            tile(out, "tokens per second", Numbers.grouped(speed.median()), "median");
        }
        if (history.lastStep() > 0) {
            tile(out, "steps", Numbers.grouped(history.lastStep()), "in " + Numbers.duration(history.elapsed()));
        }
        return out.append("</div>\n").toString();
    }

    private static void tile(StringBuilder out, String name, String value, String note) {
        out.append("<div class=\"card tile\"><span class=\"name\">").append(Html.escape(name))
                .append("</span><span class=\"number\">")
                .append(Html.escape(value)).append("</span><span class=\"note\">").append(Html.escape(note))
                .append("</span></div>\n");
    }

    private String warningBox() {
        List<String> lines = new ArrayList<>(warnings);
        if (history.unreadableLines() > 0) {
            lines.add(
                    "Lines of the metrics file that could not be read and were left out: " + history.unreadableLines());
        }
        if (lines.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<aside class=\"card warnings\" role=\"note\"><h2>Warnings</h2><ul>\n");
        lines.forEach(line -> out.append("<li>").append(Html.escape(line)).append("</li>\n"));
        return out.append("</ul></aside>\n").toString();
    }

    private String sampleCards() {
        StringBuilder out = new StringBuilder();
        for (BeforeAfter sample : samples) {
            out.append("<article class=\"card sample\">").append(said("prompt", "Prompt", sample.prompt()));
            out.append("<div class=\"answers\">").append(said("before", "Before", sample.before()));
            out.append(said("after", "After", sample.after())).append("</div></article>\n");
        }
        return out.toString();
    }

    private static String said(String style, String heading, String text) {
        String body = text.isBlank()
                ? "<p class=\"empty\">(nothing)</p>"
                : "<pre dir=\"auto\">" + Html.escape(text) + "</pre>";
        return "<div class=\"" + style + "\"><h3>" + heading + "</h3>" + body + "</div>";
    }

    private String dataTable() {
        Set<String> columns = new LinkedHashSet<>();
        data.forEach(row -> columns.addAll(row.keySet()));
        if (columns.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<div class=\"card scroll\"><table class=\"rows\"><thead><tr>");
        columns.forEach(column -> out.append("<th scope=\"col\">").append(Html.escape(column)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (Map<String, String> row : data) {
            out.append("<tr>");
            columns.forEach(
                    column -> out.append("<td>").append(Html.escape(row.getOrDefault(column, ""))).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>").toString();
    }

    private static String keyTable(Map<String, String> rows) {
        StringBuilder out = new StringBuilder();
        rows.forEach((name, value) -> out.append("<tr><th scope=\"row\">").append(Html.escape(name)).append("</th><td>")
                .append(Html.escape(value)).append("</td></tr>\n"));
        return out.isEmpty()
                ? ""
                : "<div class=\"card scroll\"><table class=\"keys\"><tbody>\n" + out + "</tbody></table></div>";
    }

    private Map<String, String> flat() {
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", Secrets.masked(settings), flat);
        return flat;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
        node.properties().forEach(entry -> {
            String name = prefix + entry.getKey();
            if (entry.getValue().isObject() && !entry.getValue().isEmpty()) {
                flatten(name + ".", entry.getValue(), into);
            } else {
                into.put(name, plain(entry.getValue()));
            }
        });
    }

    private static String plain(JsonNode value) {
        if (value.isFloatingPointNumber() && Double.isFinite(value.doubleValue())) {
            return new BigDecimal(Double.toString(value.doubleValue())).stripTrailingZeros().toString();
        }
        return value.isString() ? value.stringValue() : value.toString();
    }

    private static String section(String heading, String content) {
        return content.isEmpty() ? "" : "<section><h2>" + heading + "</h2>\n" + content + "</section>\n";
    }

    private static String paragraph(String style, String text) {
        return text.isBlank() ? "" : "<p class=\"" + style + "\">" + Html.escape(text) + "</p>";
    }
}
