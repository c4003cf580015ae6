package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SftCommandTest {
    @TempDir
    Path folder;
    private Path data;
    private Path out;

    @BeforeEach
    void rows() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            rows.append("{\"prompt\": \"Say " + i + "\", \"completion\": \" It is " + i + ".\"}\n");
        }
        data = Files.writeString(folder.resolve("rows.jsonl"), rows);
        out = folder.resolve("run");
    }

    private Cli sft(String... more) {
        return Cli.model("sft", java.util.stream.Stream.concat(
                java.util.stream.Stream.of("--data", data.toString(), "--out", out.toString(), "--max_steps", "3",
                        "--chat_template", "chatml", "--samples", "1"),
                java.util.stream.Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void aRunEndsWithAModelThatTheOtherCommandsOpen() {
        Cli cli = sft();
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("model:  " + out.resolve("model"), "report: ");
        assertThat(out.resolve("metrics.jsonl")).isNotEmptyFile();
        assertThat(Files.exists(out.resolve("report.html"))).isTrue();
        Cli generated = Cli.run("generate", "--model", out.resolve("model").toString(), "--prompt", "Say 3",
                "--max_new_tokens", "4");
        assertThat(generated.code()).as(generated.err()).isZero();
    }

    @Test
    void aFolderWithARunIsNotOverwrittenUnasked() {
        assertThat(sft().code()).isZero();
        Cli again = sft();
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("--resume", "--overwrite").doesNotContain("    at ");
        assertThat(sft("--overwrite").code()).isZero();
    }

    @Test
    void anOutputThatCannotBeWrittenIsTold() throws IOException {
        Files.writeString(out, "a file stands here");
        Cli cli = sft();
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err()).contains(out.toString()).doesNotContain("    at ");
    }
}
