package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command that reads a model says about one that cannot be used: no trace, exit code 2, and nothing crashes. */
class BadModelTest {
    @TempDir
    Path folder;

    private Path copy() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("model"));
        try (Stream<Path> files = Files.list(Cli.MODEL)) {
            for (Path file : files.toList()) {
                Files.write(copy.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        return copy;
    }

    private Cli run(String command, Path model) throws IOException {
        Path rows = Files.writeString(folder.resolve("rows.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        List<String> args = new ArrayList<>(List.of(command, "--model", model.toString()));
        args.addAll(switch (command) {
            case "generate" -> List.of("--prompt", "a");
            case "chat" -> List.of();
            case "sft" -> List.of("--data", rows.toString(), "--out", folder.resolve("out").toString());
            default -> List.of("--data", rows.toString());
        });
        return Cli.withInput("a\n", args.toArray(String[]::new));
    }

    private static void refused(Cli cli, String... words) {
        assertThat(cli.err()).contains(words).doesNotContain("    at ", "should not have happened");
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "data", "generate", "chat", "score"})
    void aMissingFolder(String command) throws IOException {
        refused(run(command, folder.resolve("nowhere")), "there is no folder", "nowhere", "does not download");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "generate", "chat", "score"})
    void pickleWeightsOnly(String command) throws IOException {
        Path model = copy();
        Files.move(model.resolve("model.safetensors"), model.resolve("pytorch_model.bin"));
        refused(run(command, model), "pytorch_model.bin", "safe_serialization=True");
    }

    @Test
    void pickleWeightsAreRefusedBeforeDataIsReadAndBeforeAnOlderRunIsRemoved() throws IOException {
        Path model = copy();
        Files.delete(model.resolve("model.safetensors"));
        Files.writeString(model.resolve("pytorch_model.bin"), "pickled");
        Path older = Files.createDirectories(folder.resolve("out/checkpoint-7"));
        refused(Cli.run("sft", "--model", model.toString(), "--data", folder.resolve("none.jsonl").toString(), "--out",
                folder.resolve("out").toString(), "--overwrite"), "pytorch_model.bin", "safe_serialization=True");
        assertThat(older).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "generate", "chat", "score"})
    void weightsCutShort(String command) throws IOException {
        Path model = copy();
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        Files.write(model.resolve("model.safetensors"), java.util.Arrays.copyOf(weights, weights.length / 2));
        refused(run(command, model), "model.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "generate", "chat", "score"})
    void configurationAndWeightsThatDisagree(String command) throws IOException {
        Path model = copy();
        Path config = model.resolve("config.json");
        Files.writeString(config,
                Files.readString(config).replaceFirst("\"intermediate_size\": (\\d+)", "\"intermediate_size\": 1$1"));
        refused(run(command, model), "config.json", "mlp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "data", "generate", "chat", "score"})
    void aTokenizerLargerThanTheEmbedding(String command) throws IOException {
        Path model = copy();
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"vocab_size\": \\d+", "\"vocab_size\": 100"));
        Cli cli = run(command, model);
        if (command.equals("sft")) { // its weights are read first, and they disagree with the configuration, too
            refused(cli, "config.json");
        } else {
            refused(cli, "the tokenizer has", "embedding 100 rows");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sft", "data", "generate", "chat", "score"})
    void noTokenizer(String command) throws IOException {
        Path model = copy();
        Files.delete(model.resolve("tokenizer.json"));
        refused(run(command, model), "tokenizer.json");
    }
}
