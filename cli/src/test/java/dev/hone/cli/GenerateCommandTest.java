package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GenerateCommandTest {
    @TempDir
    Path folder;

    private static List<JsonNode> json(Cli cli) {
        assertThat(cli.code()).as(cli.err()).isZero();
        return cli.lines().stream().map(JsonMapper.shared()::readTree).toList();
    }

    @Test
    void theTextThatIsStreamedIsTheCompletion() {
        JsonNode row = json(Cli.model("generate", "--prompt", "One and one", "--max_new_tokens", "12", "--json"))
                .getFirst();
        assertThat(row.get("stop").stringValue()).isIn("length", "end_token");
        assertThat(row.get("token_count").intValue()).isEqualTo(row.get("token_ids").size()).isBetween(1, 12);
        Cli text = Cli.model("generate", "--prompt", "One and one", "--max_new_tokens", "12");
        assertThat(text.out()).isEqualTo(row.get("completion").stringValue() + System.lineSeparator());
        assertThat(text.err()).isEmpty();
    }

    @Test
    void aStopTextEndsTheCompletionAndIsNotShown() {
        String whole = Cli.model("generate", "--prompt", "One and one", "--max_new_tokens", "24").out();
        String stop = whole.substring(4, 6);
        Cli cut = Cli.model("generate", "--prompt", "One and one", "--max_new_tokens", "24", "--stop=" + stop);
        assertThat(cut.out()).isEqualTo(whole.substring(0, whole.indexOf(stop)) + System.lineSeparator());
    }

    @Test
    void promptsOfAFileGiveTheirCompletionsInOrder() throws IOException {
        Path data = Files.writeString(folder.resolve("prompts.jsonl"),
                "{\"prompt\": \"One\"}\n{\"prompt\": \"Two and three and more\"}\n{\"prompt\": \"x\"}\n");
        String[] args = {"--data", data.toString(), "--num_return_sequences", "2", "--temperature", "1",
                "--max_new_tokens", "6", "--json"};
        List<JsonNode> rows = json(Cli.model("generate", args));
        assertThat(rows).extracting(row -> row.get("prompt").intValue() + "." + row.get("sample").intValue())
                .containsExactly("0.0", "0.1", "1.0", "1.1", "2.0", "2.1");
        assertThat(rows.get(0).get("token_ids")).isNotEqualTo(rows.get(1).get("token_ids"));
        assertThat(json(Cli.model("generate", args))).isEqualTo(rows);
    }

    @Test
    void aCompletionAmongChoicesIsOneOfThem() {
        List<JsonNode> rows = json(Cli.model("generate", "--prompt", "One and one", "--choices", "Yes,No,Yes please",
                "--num_return_sequences", "24", "--temperature", "2", "--json"));
        assertThat(rows).extracting(row -> row.get("completion").stringValue()).isSubsetOf("Yes", "No", "Yes please");
        assertThat(rows.stream().map(row -> row.get("completion").stringValue()).distinct().count()).isGreaterThan(1);
        for (JsonNode row : rows) {
            assertThat(row.get("stop").stringValue()).isIn("end_token", "complete");
            assertThat(row.get("logprobs").size()).isEqualTo(row.get("token_count").intValue());
            for (int i = 0; i < row.get("logprobs").size(); i++) {
                assertThat(row.get("logprobs").get(i).doubleValue())
                        .isGreaterThanOrEqualTo(row.get("policy_logprobs").get(i).doubleValue());
            }
        }
        Cli both = Cli.model("generate", "--prompt", "x", "--choices", "Yes,No", "--min_new_tokens", "2");
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("min_new_tokens", "0 beside choices");
        Cli empty = Cli.model("generate", "--prompt", "x", "--choices", "Yes,");
        assertThat(empty.code()).isEqualTo(2);
    }

    /** Its heads speak by themselves where the folder has them, and a folder without them says so. */
    @Test
    void aModelOfIlqlWritesByItsHeads() throws IOException {
        Path data = Files.writeString(folder.resolve("rewards.jsonl"),
                "{\"prompt\": \"Spell\", \"completion\": \"QQQ\", \"reward\": 1}\n"
                        + "{\"prompt\": \"Spell\", \"completion\": \"ZZZ\", \"reward\": 0}\n"
                        + "{\"prompt\": \"Spell\", \"completion\": \"XXX\", \"reward\": 0}\n");
        Path run = folder.resolve("run");
        Cli trained = Cli.model("ilql", "--data", data.toString(), "--out", run.toString(), "--chat_template", "none",
                "--max_steps", "20", "--learning_rate", "1e-2", "--alpha", "0.5", "--steps_for_target_q_sync", "1",
                "--samples", "1", "--cql_scale", "1");
        assertThat(trained.code()).as(trained.err()).isZero();
        String[] words = {"generate", "--model", run.resolve("model").toString(), "--dtype", "fp32", "--prompt",
                "Spell",
                "--max_new_tokens", "4", "--json"};
        JsonNode usual = json(Cli.run(words)).getFirst();
        assertThat(json(Cli.run(with(words, "--ilql_beta", "1"))).getFirst()).isEqualTo(usual);
        String[] drawn = with(words, "--temperature", "1", "--top_k", "0", "--choices", "Q,Z");
        double perturbed = first(Cli.run(drawn));
        assertThat(first(Cli.run(with(drawn, "--ilql_beta", "0")))).isNotCloseTo(perturbed, within(1e-3));
        Cli talk = Cli.withInput("Spell\n", "chat", "--model", run.resolve("model").toString(), "--dtype", "fp32",
                "--chat_template", "none", "--max_new_tokens", "4");
        assertThat(talk.out()).contains(usual.get("completion").stringValue());
        Cli none = Cli.model("generate", "--prompt", "Spell", "--ilql_beta", "1");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("ilql_beta", "found 1,", "ilql_heads.safetensors", "hone ilql");
        assertThat(Cli.model("generate", "--prompt", "Spell", "--ilql_beta", "0", "--max_new_tokens", "2").code())
                .isZero();
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
    }

    /** Of the first token, among what could be drawn. */
    private static double first(Cli cli) {
        JsonNode row = json(cli).getFirst();
        double logProb = row.get("logprobs").get(0).doubleValue();
        return row.get("completion").stringValue().equals("Q") ? logProb : Math.log1p(-Math.exp(logProb));
    }

    @Test
    void noCompletionIsShorterThanItsMinimum() {
        String[] args = {"--prompt", "One and one", "--temperature", "2", "--num_return_sequences", "16", "--json",
                "--max_new_tokens", "20", "--min_new_tokens"};
        String[] bounded = Arrays.copyOf(args, args.length + 1);
        bounded[args.length] = "15";
        assertThat(json(Cli.model("generate", bounded))).hasSize(16)
                .allMatch(row -> row.get("token_count").intValue() >= 15);
        bounded[args.length] = "21";
        Cli above = Cli.model("generate", bounded);
        assertThat(above.code()).isEqualTo(2);
        assertThat(above.err()).contains("min_new_tokens", "at most max_new_tokens, 20");
    }

    @Test
    void repliesAtTheEndOfARowAreLeftOut() throws IOException {
        Path data = Files.writeString(folder.resolve("rows.jsonl"),
                "{\"question\": \"One and one\", \"answer\": \"Two.\"}\n");
        Cli file = Cli.model("generate", "--data", data.toString(), "--chat_template", "chatml", "--max_new_tokens",
                "8");
        Cli prompt = Cli.model("generate", "--prompt", "One and one", "--chat_template", "chatml", "--max_new_tokens",
                "8");
        assertThat(file.out()).isEqualTo(prompt.out());
        Cli plain = Cli.model("generate", "--prompt", "One and one", "--max_new_tokens", "8");
        assertThat(plain.out()).isNotEqualTo(prompt.out());
    }

    @Test
    void mistakesAreToldBeforeTheModelIsRead() {
        Cli neither = Cli.run("generate", "--model", "nowhere");
        assertThat(neither.code()).isEqualTo(2);
        assertThat(neither.err()).contains("one of prompt and data");
        Cli range = Cli.run("generate", "--model", "nowhere", "--prompt", "x", "--top_p", "1.5", "--temperature", "-1");
        assertThat(range.err()).contains("top_p", "temperature", "2 mistakes");
        Cli device = Cli.model("generate", "--prompt", "x", "--device", "cuda:7");
        assertThat(device.code()).isEqualTo(2);
        assertThat(device.err()).contains("device: found \"cuda:7\"").doesNotContain("    at ");
        Cli template = Cli.model("generate", "--prompt", "x", "--chat_template", "chatlm");
        assertThat(template.code()).isEqualTo(2);
        assertThat(template.err()).contains("chatlm", "chatml");
        Cli longer = Cli.model("generate", "--prompt", "many words ".repeat(500));
        assertThat(longer.code()).isEqualTo(2);
        assertThat(longer.err()).contains("shorten the prompt");
    }
}
