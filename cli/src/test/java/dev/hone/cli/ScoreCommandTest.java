package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScoreCommandTest {
    @TempDir
    Path folder;

    private Path rows(String... rows) throws IOException {
        return Files.writeString(folder.resolve("rows.jsonl"), String.join("\n", rows) + "\n");
    }

    private static List<JsonNode> json(List<String> lines) {
        return lines.stream().map(JsonMapper.shared()::readTree).toList();
    }

    @Test
    void aRowTellsTokensLogProbabilitiesSumAndPerplexity() throws IOException {
        Path data = rows("{\"prompt\": \"The sum is\", \"completion\": \" four.\"}",
                "{\"prompt\": \"A\", \"completion\": \" much longer completion of many words.\"}");
        Cli cli = Cli.model("score", "--data", data.toString());
        assertThat(cli.code()).isZero();
        List<JsonNode> rows = json(cli.lines());
        assertThat(rows).hasSize(2);
        for (JsonNode row : rows) {
            int count = row.get("token_count").intValue();
            assertThat(row.get("tokens").size()).isEqualTo(count).isPositive();
            assertThat(row.get("token_ids").size()).isEqualTo(count);
            double sum = 0;
            for (JsonNode logProb : row.get("logprobs")) {
                assertThat(logProb.doubleValue()).isNegative();
                sum += logProb.doubleValue();
            }
            assertThat(row.get("logprob").doubleValue()).isCloseTo(sum, within(1e-3));
            assertThat(row.get("perplexity").doubleValue()).isCloseTo(Math.exp(-sum / count), within(1e-2));
            assertThat(row.get("truncated").booleanValue()).isFalse();
        }
        StringBuilder text = new StringBuilder();
        rows.getFirst().get("tokens").forEach(token -> text.append(token.stringValue()));
        assertThat(text.toString()).startsWith(" four.").endsWith("<|im_end|>");
        assertThat(rows.get(1).get("source").stringValue()).contains("rows.jsonl", "2");
        assertThat(cli.err()).contains("2 rows", "perplexity");
    }

    @Test
    void theResultDoesNotDependOnWhatIsScoredTogether() throws IOException {
        Path data = rows("{\"text\": \"one two three\"}", "{\"text\": \"a\"}", "{\"text\": \"four five six seven\"}");
        List<JsonNode> alone = json(Cli.model("score", "--data", data.toString(), "--microbatch_tokens", "1").lines());
        List<JsonNode> together = json(Cli.model("score", "--data", data.toString()).lines());
        for (int i = 0; i < 3; i++) {
            assertThat(together.get(i).get("row").intValue()).isEqualTo(i);
            assertThat(together.get(i).get("logprob").doubleValue())
                    .isCloseTo(alone.get(i).get("logprob").doubleValue(), within(1e-3));
        }
    }

    @Test
    void repliesOfConversationsAreScoredThroughTheTemplate() throws IOException {
        Path data = rows(
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\", \"content\": \"Yes\"}]}");
        JsonNode replies = json(Cli.model("score", "--data", data.toString(), "--chat_template", "chatml").lines())
                .getFirst();
        JsonNode all = json(
                Cli.model("score", "--data", data.toString(), "--chat_template", "chatml", "--score", "all").lines())
                .getFirst();
        assertThat(all.get("token_count").intValue()).isGreaterThan(replies.get("token_count").intValue());
        assertThat(replies.get("tokens").toString()).contains("<|im_end|>").doesNotContain("<|im_start|>");
    }

    @Test
    void aRowLongerThanTheWindowIsCutAndTold() throws IOException {
        Path data = rows("{\"text\": \"" + "word ".repeat(300) + "\"}");
        Cli cli = Cli.model("score", "--data", data.toString(), "--max_length", "10");
        JsonNode row = json(cli.lines()).getFirst();
        assertThat(row.get("truncated").booleanValue()).isTrue();
        assertThat(row.get("token_count").intValue()).isEqualTo(9);
        assertThat(cli.err()).contains("1 rows were longer than 10 tokens");
    }

    @Test
    void resultsGoToAFileAndOneThatCannotBeWrittenIsToldBeforeAnyWork() throws IOException {
        Path data = rows("{\"text\": \"one two three\"}");
        Path out = folder.resolve("new/scores.jsonl");
        Cli cli = Cli.model("score", "--data", data.toString(), "--out", out.toString());
        assertThat(cli.out()).isEmpty();
        assertThat(json(Files.readAllLines(out)).getFirst().get("token_count").intValue()).isPositive();
        Cli blocked = Cli.model("score", "--data", data.toString(), "--out",
                out.resolve("below/a/file.jsonl").toString());
        assertThat(blocked.code()).isEqualTo(2);
        assertThat(blocked.err()).contains("cannot be written", "out").doesNotContain("    at ");
    }
}
