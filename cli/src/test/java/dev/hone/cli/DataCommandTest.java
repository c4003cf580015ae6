package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
    private static final String ROWS = """
            {"question": "One and one?", "answer": "Two."}
            {"question": "Two and two?", "answer": "Four."}
            {"question": "Three and three?", "answer": "Six."}
            """;

    @TempDir
    Path folder;

    private Path rows(String text) throws IOException { return Files.writeString(folder.resolve("rows.jsonl"), text); }

    private Cli data(Path file, String... more) {
        return Cli.run(java.util.stream.Stream.concat(
                java.util.stream.Stream.of("data", file.toString(), "--model", Cli.MODEL.toString()),
                java.util.stream.Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void theReportShowsSchemaCountsAndTokens() throws IOException {
        Cli cli = data(rows(ROWS), "--chat_template", "chatml", "--packing", "--max_length", "64", "--eval_split",
                "0.34");
        assertThat(cli.err()).isEmpty();
        assertThat(cli.code()).isZero();
        assertThat(cli.out()).contains("prompt = question", "completion = answer", "samples    2", "⟦", "<|im_end|>",
                "evaluation 1 rows", "packing    1 bins of 64 tokens");
    }

    @Test
    void aBadRowIsToldWithFileAndLineAndLeftOutWhenAsked() throws IOException {
        Path file = rows(ROWS + "{\"question\": 3, \"answer\": \"x\"}\n");
        Cli cli = data(file, "--chat_template", "chatml");
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains("rows.jsonl", "4", "question").doesNotContain("    at ");
        Cli skipped = data(file, "--chat_template", "chatml", "--skip_bad_rows");
        assertThat(skipped.code()).isZero();
        assertThat(skipped.out()).contains("1 bad rows were left out");
    }

    @Test
    void filesThatAreMissingOrEmptyOrTeachNothingAreRefused() throws IOException {
        assertThat(data(folder.resolve("none.jsonl")).err()).contains("none.jsonl");
        Cli empty = data(rows(""));
        assertThat(empty.code()).isEqualTo(2);
        assertThat(empty.err()).contains("held no rows");
        Cli nothing = data(rows(ROWS), "--chat_template", "chatml", "--max_length", "4");
        assertThat(nothing.code()).isEqualTo(2);
        assertThat(nothing.err()).contains("training would learn nothing");
    }

    @Test
    void promptsThatRunIntoTheirCompletionsAreTold() throws IOException {
        assertThat(data(rows(ROWS), "--chat_template", "none").out()).contains("warning: 3 of 3 completions follow",
                "\"One and one?Two.\"");
        assertThat(data(rows(ROWS), "--chat_template", "chatml").out()).doesNotContain("completions follow");
        assertThat(data(rows(ROWS.replace("\"answer\": \"", "\"answer\": \" ")), "--chat_template", "none").out())
                .doesNotContain("completions follow");
    }

    @Test
    void toolsThatTheTemplateDoesNotWriteAreTold() throws IOException {
        Path file = rows(
                """
                        {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}], "tools": [{"name": "f"}]}
                        """);
        assertThat(data(file, "--chat_template", "chatml").out()).contains("messages (messages, tools)",
                "warning: the rows have tools");
    }

    @Test
    void preferencesAreShownWhenAskedForAndWhenTheRowsAreNothingElse() throws IOException {
        Path file = rows("""
                {"prompt": "One?", "chosen": "Two, or maybe three.", "rejected": "No."}
                {"prompt": "Four?", "chosen": "Five, I should say.", "rejected": "No."}
                """);
        Cli looked = data(file, "--chat_template", "chatml", "--eval_split", "0.5");
        assertThat(looked.code()).isZero();
        assertThat(looked.err()).contains("no kind is given", "preference pairs", "--kind preferences");
        assertThat(looked.out()).contains("preference pair (chosen, rejected, prompt)", "longer chosen   100.0 %",
                "  chosen: ",
                "⟦", "warning: the longer answer is the better one", "evaluation 1 rows beside 1");
        Cli judged = data(file, "--chat_template", "chatml", "--kind", "judged");
        assertThat(judged.err()).isEmpty();
        assertThat(judged.out()).contains("desirable", "50.0 %");
        assertThat(data(file, "--chat_template", "chatml", "--kind", "ranked").out()).contains("longer best");
    }

    @Test
    void rowsOfAnotherKindAndOneLabelOnlyAreRefused() throws IOException {
        Path file = rows("{\"prompt\": \"p\", \"completion\": \"c\", \"label\": true}\n");
        Cli judged = data(file, "--chat_template", "chatml", "--kind", "judged");
        assertThat(judged.code()).isEqualTo(2);
        assertThat(judged.err()).contains("label true", "expected both true and false");
        assertThat(data(file, "--kind", "safety").err()).contains("judged answers, which another method takes");
        Cli shown = data(file, "--chat_template", "chatml");
        assertThat(shown.code()).isZero();
        assertThat(shown.err()).contains("shown as demonstrations", "--kind judged");
        assertThat(data(file, "--pair_choice", "random").err()).contains("pair_choice");
    }

    @Test
    void aYamlFileInFrontIsAConfigurationAndNotData() throws IOException {
        Path config = Files.writeString(folder.resolve("look.yaml"),
                "model: " + Cli.MODEL + "\ndata: " + rows(ROWS) + "\nchat_template: chatml\n");
        assertThat(Cli.run("data", config.toString()).out()).contains("samples    3");
    }
}
