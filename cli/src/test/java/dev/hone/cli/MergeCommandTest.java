package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeCommandTest {
    private static final Path BASE = Golden.path("runs", "init");
    private static final Path ADAPTER = Golden.path("runs", "sft_lora_adamw", "final_adapter");

    @TempDir
    Path folder;

    @Test
    void makesAWholeModelThatAnswersAsBaseAndAdapterDo() {
        Path out = folder.resolve("whole");
        assertThat(Cli.run("merge", "--model", ADAPTER.toString(), "--base", BASE.toString(), "--out", out.toString())
                .code()).isZero();
        assertThat(List.of("config.json", "model.safetensors", "tokenizer.json")).allSatisfy(
                name -> assertThat(out.resolve(name)).exists());
        assertThat(Cli.run("generate", "--model", out.toString(), "--prompt", "Hi", "--chat_template", "none",
                "--max_new_tokens", "3").code()).isZero();
        Cli again = Cli.run("merge", "--model", ADAPTER.toString(), "--base", BASE.toString(), "--out",
                out.toString());
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("empty folder");
    }

    @Test
    void aBaseThatIsNotThereIsNamed() throws Exception {
        Path adapter = Files.createDirectories(folder.resolve("adapter"));
        for (String name : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(ADAPTER.resolve(name), adapter.resolve(name));
        }
        Cli result = Cli.run("merge", "--model", adapter.toString(), "--out", folder.resolve("out").toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("base_model_name_or_path").contains("runs/init");
    }
}
