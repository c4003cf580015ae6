package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sequences laid end to end give what each gives alone, longer than a block of attention too, and so do their gradients. */
class PackingLawTest {
    private static final String PLAIN = """
            {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "intermediate_size": 48, "vocab_size": 60, "max_position_embeddings": 1024}""";
    private static final String WINDOWED = PLAIN.replace("\"llama\"", "\"mistral\"").replace("\"vocab_size\"",
            "\"sliding_window\": 40, \"vocab_size\"");
    private static final String STRETCHED = PLAIN.replace("1024",
            "64, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4.0}");
    private static final int[] LENGTHS = {5, 300, 1, 33, 70, 257};

    static List<String> configurations() { return List.of(PLAIN, WINDOWED, STRETCHED); }

    static List<String> unstretched() { return List.of(PLAIN, WINDOWED); }

    @ParameterizedTest
    @MethodSource("configurations")
    void packedEqualsSeparate(String config) {
        try (Decoder model = Decoder.random(HubConfig.parse(config), 5, DType.FLOAT32,
                Device.CPU)) {
            List<int[]> rows = rows();
            float[][] apart = rows.stream().map(row -> logits(model, List.of(row))).toArray(float[][]::new);
            float[] together = logits(model, rows);
            float[] expected = new float[together.length];
            int at = 0;
            for (float[] part : apart) {
                System.arraycopy(part, 0, expected, at, part.length);
                at += part.length;
            }
            near(together, expected, 2e-5f);
        }
    }

    @ParameterizedTest
    @MethodSource("unstretched")
    void gradientsAddUpAndRoundedRowsChangeNothing(String config) {
        try (Decoder model = Decoder.random(HubConfig.parse(config), 5, DType.FLOAT32, Device.CPU)) {
            float[][] whole = gradients(model, List.of(rows()), false);
            float[][] rounded = gradients(model, List.of(rows()), true);
            float[][] split = gradients(model, rows().stream().map(List::of).toList(), false);
            for (int i = 0; i < whole.length; i++) {
                near(split[i], whole[i], 1e-3f);
                near(rounded[i], whole[i], 1e-3f);
            }
        }
    }

    private static float[][] gradients(Decoder model, List<List<int[]>> batches, boolean rounded) {
        for (List<int[]> batch : batches) {
            try (Scope scope = Scope.open()) {
                Packed packed = DecoderGoldenTest.pack(batch);
                Rows rows = rounded
                        ? Rows.rounded(packed, model.vocabulary(), Device.CPU)
                        : Rows.of(packed, model.vocabulary(), Device.CPU);
                Tape tape = Tape.gradients();
                Tensor hidden = model.hidden(tape, rows);
                model.head().sweep(tape, hidden, rows, (readings, weights) -> new TokenHead.Derivatives(weights.neg(),
                        Tensors.zerosLike(weights)));
                tape.run();
            }
        }
        float[][] gradients = model.parameters().stream().map(Parameter::gradient).map(g -> g.orElseThrow().toFloats())
                .toArray(float[][]::new);
        model.parameters().forEach(Parameter::clearGradient);
        return gradients;
    }

    private static float[] logits(Decoder model, List<int[]> rows) {
        try (Scope scope = Scope.open()) {
            Rows packed = Rows.of(DecoderGoldenTest.pack(rows), model.vocabulary(), Device.CPU);
            return model.head().logits(model.hidden(Tape.inference(), packed)).toFloats();
        }
    }

    private static List<int[]> rows() {
        SplittableRandom random = new SplittableRandom(3);
        return Arrays.stream(LENGTHS)
                .mapToObj(length -> IntStream.range(0, length).map(i -> random.nextInt(60)).toArray()).toList();
    }

    private static void near(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).as("element %d", i)
                    .isLessThanOrEqualTo(tolerance * (1 + Math.abs(expected[i])));
        }
    }
}
