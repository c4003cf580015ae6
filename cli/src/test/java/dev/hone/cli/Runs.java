package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.tensor.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Small runs of {@code hone sft} whose results can be compared. */
record Runs(Path data) {
    static Runs in(Path folder) throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            rows.append("{\"prompt\": \"Say " + i + ": \", \"completion\": \"It is " + i + ".\"}\n");
        }
        return new Runs(Files.writeString(folder.resolve("rows.jsonl"), rows));
    }

    /** Words of a run whose learning rate does not depend on how long it will be. */
    List<String> words(Path out, long steps, String... more) {
        List<String> words = new ArrayList<>(List.of("sft", "--model", Cli.MODEL.toString(), "--dtype", "fp32",
                "--data", data.toString(), "--out", out.toString(), "--max_steps", Long.toString(steps),
                "--lr_scheduler_type", "constant", "--learning_rate", "1e-3", "--samples", "0", "--tensorboard",
                "false", "--logging_steps", "1"));
        words.addAll(List.of(more));
        return words;
    }

    /** A run in this process that must succeed. */
    void run(Path out, long steps, String... more) {
        Cli cli = Cli.run(words(out, steps, more).toArray(String[]::new));
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    /** The bits of a model's weights. */
    static Map<String, ByteBuffer> weights(Path model) {
        Map<String, ByteBuffer> weights = new TreeMap<>();
        try (SafetensorsFile file = SafetensorsFile.open(model.resolve("model.safetensors"))) {
            file.names().forEach(
                    name -> weights.put(name, ByteBuffer.wrap(file.data(name).toArray(ValueLayout.JAVA_BYTE))));
        }
        return weights;
    }
}
