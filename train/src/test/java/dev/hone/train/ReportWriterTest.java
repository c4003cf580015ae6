package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class ReportWriterTest {
    private static final String EVIL = "</pre><script>alert('x')</script><img src=http://x.example/ onerror=\"y\">&amp;\u0000\u001b[31m\u202e";

    @TempDir
    private Path folder;

    private static RunHistory history(int steps) {
        RunHistory history = new RunHistory();
        for (int step = 1; step <= steps; step++) {
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("loss", 1 + 4.0 / step);
            values.put("learning_rate", 1e-4 * step / steps);
            values.put("num_tokens", 1000.0 * step);
            values.put("rewards/chosen", 0.1 * step);
            values.put("rewards/rejected", -0.1 * step);
            if (step % 10 == 0) {
                values.put("eval_loss", 1.5);
                values.put("eval_runtime", 3.0);
            }
            history.add(new MetricRow(step, 1000 + step, values));
        }
        return history;
    }

    private static Document parse(ReportWriter report) { return Markup.parse(report.html()); }

    private static List<String> texts(Document page, String tag) {
        return Markup.elements(page, tag).stream().map(Element::getTextContent).toList();
    }

    @Test
    void showsTheRunInOrder() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("learning_rate", 2e-5);
        settings.put("model", Map.of("path", "m/qwen2"));
        settings.put("api_key", "hunter2");
        Map<String, String> file = new LinkedHashMap<>();
        file.put("file", "train.jsonl");
        file.put("rows", "7,473");
        String html = new ReportWriter("SFT of a model", history(40)).subtitle("2026-11-21")
                .warnings(List.of("14 rows were cut"))
                .samples(List.of(new BeforeAfter("2+2?", "the the", "4"))).results(Map.of("train_loss", 1.2345678))
                .data(List.of(file, Map.of("split", "eval")))
                .settings(settings).machine(Machine.here(), Map.of("libtorch", "2.10.0")).html();
        Document page = Markup.parse(html);
        assertThat(texts(page, "h2")).containsExactly("Warnings", "Curves", "Samples before and after", "Final numbers",
                "Machine and versions",
                "Data", "Settings");
        assertThat(texts(page, "pre")).containsExactly("2+2?", "the the", "4");
        assertThat(texts(page, "th")).contains("train_loss", "file", "rows", "split", "learning_rate", "model.path",
                "libtorch", "processors");
        assertThat(texts(page, "td")).contains("1.235", "train.jsonl", "7,473", "0.00002", "m/qwen2", "2.10.0", "***");
        assertThat(html).doesNotContain("hunter2");
        assertThat(texts(page, "div").stream().filter(text -> text.startsWith("eval_loss"))).isNotEmpty().first()
                .asString().contains("1.500");
        assertThat(texts(page, "div").stream().filter(text -> text.startsWith("steps")).findFirst())
                .hasValue("steps40in 39 s");
    }

    @Test
    void asksNoNetworkAndForbidsScripts() {
        String html = new ReportWriter("x", history(40)).html();
        Document page = Markup.parse(html);
        Element policy = Markup.elements(page, "meta").stream()
                .filter(meta -> meta.getAttribute("http-equiv").equals("Content-Security-Policy"))
                .findFirst().orElseThrow();
        assertThat(policy.getAttribute("content")).contains("default-src 'none'").doesNotContain("script-src", "http");
        for (String tag : List.of("script", "link", "img", "iframe", "object", "a", "form", "base")) {
            assertThat(Markup.elements(page, tag)).as(tag).isEmpty();
        }
        assertThat(html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "")).doesNotContain("http:", "https:", "url(",
                "@import");
    }

    @Test
    void whateverStandsInTheDataIsTextOnly() {
        RunHistory history = new RunHistory();
        history.add(new MetricRow(1, 1, Map.of(EVIL, 1.0, "eval_" + EVIL, 2.0, EVIL + "/chosen", 3.0)));
        String html = new ReportWriter(EVIL, history).subtitle(EVIL).warnings(List.of(EVIL))
                .samples(List.of(new BeforeAfter(EVIL, EVIL, "")))
                .results(Map.of(EVIL, 1.0)).data(List.of(Map.of(EVIL, EVIL))).settings(Map.of(EVIL, Map.of("a", EVIL)))
                .machine(new Machine(1, EVIL, 1, EVIL, EVIL), Map.of(EVIL, EVIL)).html();
        Document page = Markup.parse(html);
        assertThat(Markup.elements(page, "script")).isEmpty();
        assertThat(Markup.elements(page, "img")).isEmpty();
        assertThat(html).doesNotContain("<script", "\u0000", "\u001b", "\u202e");
        assertThat(texts(page, "pre")).hasSize(2).allMatch(text -> text
                .equals("</pre><script>alert('x')</script><img src=http://x.example/ onerror=\"y\">&amp;␀␛[31m\ufffd"));
        assertThat(texts(page, "p")).contains("(nothing)");
    }

    @Test
    void showsTheBestTheWorstAndSomeAnswersAsText() throws IOException {
        StringBuilder rows = new StringBuilder("torn {\n");
        for (int i = 0; i < 9; i++) {
            rows.append(
                    ("{\"step\":%d,\"prompt\":\"asked %d\",\"completion\":\"<script>said %d</script>\",\"stop\":\"end_token\","
                            + "\"reward\":%d,\"rewards\":{\"<b>\":%d,\"other\":\"unusable: late\"},\"advantage\":0.5,\"kl\":0.25}\n")
                            .formatted(i + 1, i, i, i, i));
        }
        Path file = Files.writeString(folder.resolve("rollouts.jsonl"), rows);
        RolloutPicks picks = RolloutPicks.read(file).orElseThrow();
        assertThat(picks.best()).map(RolloutPicks.Answer::prompt).containsExactly("asked 8", "asked 7", "asked 6");
        assertThat(picks.worst()).map(RolloutPicks.Answer::prompt).containsExactly("asked 0", "asked 1", "asked 2");
        assertThat(picks.random()).hasSize(3).doesNotHaveDuplicates();
        Map<String, Double> shares = new LinkedHashMap<>();
        shares.put("rollout", 0.52);
        shares.put("reward", 0.0);
        shares.put("optimisation", 0.48);
        String html = new ReportWriter("x", history(40)).rollouts(file).phases(shares).html();
        Document page = Markup.parse(html);
        assertThat(texts(page, "h2")).contains("Answers and what they earned", "Where the time went");
        assertThat(html).doesNotContain("<script", "<b>");
        assertThat(texts(page, "pre")).contains("<script>said 8</script>", "asked 0");
        assertThat(texts(page, "li")).contains("reward 8", "advantage 0.5000", "rollout 52.0 %");
        assertThat(Phases.line(shares)).isEqualTo("rollout 52 % · optimisation 48 %");
        assertThat(RolloutPicks.read(folder.resolve("none.jsonl"))).isEmpty();
    }

    @Test
    void chartsFollowTheNamesOfTheMetrics() {
        Map<String, List<String>> groups = ReportCharts
                .groups(List.of("learning_rate", "loss", "eval_loss", "epoch", "num_tokens",
                        "rewards/chosen", "rewards/rejected", "rewards/margins", "eval_only_here", "eval_runtime",
                        "eval_samples_per_second",
                        "tokens_per_second"));
        assertThat(groups).containsOnlyKeys("learning_rate", "loss", "rewards", "rewards/margins", "only_here",
                "tokens_per_second");
        assertThat(groups.get("rewards")).containsExactly("rewards/chosen", "rewards/rejected");
        Document page = parse(new ReportWriter("x", history(40)));
        // The loss comes first, once for wide and once for narrow windows.
        assertThat(Markup.elements(page, "text", "title")).map(Element::getTextContent).containsExactly("loss", "loss",
                "learning_rate",
                "rewards");
        assertThat(texts(page, "text")).contains("chosen", "rejected", "train", "eval").doesNotContain("smoothed");
    }

    @Test
    void aRunWithoutASingleRowStillHasAReport() throws IOException {
        Path metrics = Files.writeString(folder.resolve("metrics.jsonl"), "torn\n");
        Document page = parse(new ReportWriter("nothing yet", RunHistory.read(metrics)));
        assertThat(texts(page, "h2")).containsExactly("Warnings");
        assertThat(texts(page, "li").getFirst()).startsWith("Lines of the metrics file").endsWith(": 1");
    }

    @Test
    void isWrittenWholeOrRefusedWithTheWayOut() throws IOException {
        Path path = folder.resolve("run/report.html");
        new ReportWriter("é 😀", history(3)).write(path);
        assertThat(Files.readString(path)).startsWith("<!DOCTYPE html>").contains("é 😀").endsWith("</html>\n");
        Path blocked = Files.writeString(folder.resolve("blocked"), "a file").resolve("report.html");
        assertThatThrownBy(() -> new ReportWriter("x", history(1)).write(blocked))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(folder.resolve("blocked").toString()).hasMessageContaining("give another one");
    }
}
