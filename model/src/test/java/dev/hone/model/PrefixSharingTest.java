package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import dev.hone.text.Encoded;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that share the rows of their prompt give what they give written out: log-probabilities, scores and gradients. */
class PrefixSharingTest {
    private static final String PLAIN = """
            {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
             "intermediate_size": 48, "vocab_size": 60, "max_position_embeddings": 1024, "initializer_range": 0.1}""";
    private static final String WINDOWED = PLAIN.replace("\"llama\"", "\"mistral\"").replace("\"vocab_size\"",
            "\"sliding_window\": 40, \"vocab_size\"");
    private static final String WIDE_WINDOW = WINDOWED.replace(": 40", ": 290");
    private static final String NORMED = PLAIN.replace("\"llama\"", "\"qwen3\"").replace("\"vocab_size\"",
            "\"head_dim\": 8, \"vocab_size\"");
    private static final String LEARNED = """
            {"model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 60, "n_positions": 1024,
             "resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0}""";
    private static final String MANY_HEADS = """
            {"model_type": "llama", "hidden_size": 128, "num_hidden_layers": 1, "num_attention_heads": 32,
             "intermediate_size": 32, "vocab_size": 60, "max_position_embeddings": 4096}""";
    private static final String DROPPING = LEARNED.replace("pdrop\": 0", "pdrop\": 0.2");

    static Stream<Path> models() { return Golden.folders("models").stream(); }

    static List<String> configurations() { return List.of(PLAIN, WINDOWED, WIDE_WINDOW, NORMED, LEARNED); }

    /** What a loss reads and what training changes. */
    private record Outcome(float[] logProbs, float[][] gradients) {}

    @Tag("golden")
    @ParameterizedTest
    @MethodSource("models")
    void everyCausalModel(Path folder) {
        DecoderGoldenTest.assumeCausal(folder);
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU); Scope scope = Scope.open()) {
            Packed packed = Packer.join(List.of(family(300, 21, 7, 12, 1, 9), alone(300, 17), family(300, 40, 33, 50)));
            assertThat(model.sharesPrefixes(true)).isTrue();
            agree(model, packed);
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void longPromptsAndLongBranches(String config) {
        try (Decoder model = model(config, DType.FLOAT32); Scope scope = Scope.open()) {
            agree(model, Packer.join(List.of(family(60, 300, 5, 280, 31), alone(60, 70), family(60, 64, 260, 257, 1),
                    family(60, 256, 0, 3, 40), family(60, 1, 30, 2, 90))));
        }
    }

    static void agree(Decoder model, Packed packed) {
        Outcome apart = outcome(model, Rows.of(packed.separate(), model.vocabulary(), Device.CPU), 0);
        near(outcome(model, Rows.of(packed, model.vocabulary(), Device.CPU), 0), apart, 3e-5f);
        near(outcome(model, Rows.rounded(packed, model.vocabulary(), Device.CPU), 0), apart, 3e-5f);
        near(outcome(model, Rows.of(packed, model.vocabulary(), Device.CPU), 1), apart, 3e-5f);
        near(swept(model, Rows.of(packed, model.vocabulary(), Device.CPU)),
                swept(model, Rows.of(packed.separate(), model.vocabulary(), Device.CPU)), 3e-5f);
    }

    /** More scores than attention keeps for backward, which then computes them again. */
    @Test
    void scoresThatAreComputedAgain() {
        try (Decoder model = model(MANY_HEADS, DType.FLOAT32); Scope scope = Scope.open()) {
            Packed packed = family(60, 1800, 320, 290);
            near(outcome(model, Rows.of(packed, 60, Device.CPU), 0),
                    outcome(model, Rows.of(packed.separate(), 60, Device.CPU), 0), 3e-5f);
        }
    }

    @Test
    void narrowTypesLoseNoMoreThanWrittenOut() {
        Packed packed = Packer.join(List.of(family(60, 40, 20, 33, 12, 7, 18, 40, 22, 9), family(60, 25, 30, 31)));
        try (Decoder narrow = model(PLAIN, DType.BFLOAT16);
                Decoder wide = model(PLAIN, DType.FLOAT32);
                Scope scope = Scope.open()) {
            float[][] exact = outcome(wide, Rows.of(packed.separate(), 60, Device.CPU), 0).gradients();
            double shared = distance(outcome(narrow, Rows.of(packed, 60, Device.CPU), 0).gradients(), exact);
            double apart = distance(outcome(narrow, Rows.of(packed.separate(), 60, Device.CPU), 0).gradients(), exact);
            assertThat(shared).isLessThan(1.25 * apart);
            assertThat(apart).isLessThan(0.05);
        }
    }

    private static double distance(float[][] found, float[][] expected) {
        double squares = 0;
        double size = 0;
        for (int i = 0; i < found.length; i++) {
            for (int j = 0; j < found[i].length; j++) {
                squares += Math.pow(found[i][j] - expected[i][j], 2);
                size += Math.pow(expected[i][j], 2);
            }
        }
        return Math.sqrt(squares / size);
    }

    @Test
    void dropoutIsRepeatedByCheckpointedLayers() {
        try (Decoder model = model(DROPPING, DType.FLOAT32); Scope scope = Scope.open()) {
            Rows rows = Rows.of(Packer.join(List.of(family(60, 40, 5, 9), family(60, 300, 20, 270))), 60, Device.CPU);
            Outcome[] runs = new Outcome[3];
            for (int run = 0; run < runs.length; run++) {
                runs[run] = outcome(model, rows, run, Tape.training(Randomness.of(4)));
            }
            near(runs[1], runs[0], 1e-5f);
            near(runs[2], runs[0], 1e-5f);
            float[] other = outcome(model, rows, 0, Tape.training(Randomness.of(5))).logProbs();
            assertThat(other).isNotEqualTo(runs[0].logProbs());
            assertThat(model.sharesPrefixes(true)).isFalse();
            assertThat(model.sharesPrefixes(false)).isTrue();
        }
    }

    @Test
    void aRewardModelScoresTheLastTokenOfEachBranch() {
        Packed packed = Packer.join(List.of(alone(60, 9), family(60, 30, 5, 12, 1), family(60, 280, 0, 270)));
        try (RewardModel model = RewardModel.random(HubConfig.parse(PLAIN), HeadOptions.reward(5), DType.FLOAT32,
                Device.CPU); Scope scope = Scope.open()) {
            assertThat(model.sharesPrefixes(true)).isTrue();
            Outcome apart = scored(model, Rows.of(packed.separate(), 60, Device.CPU), packed.sequences());
            near(scored(model, Rows.of(packed, 60, Device.CPU), packed.sequences()), apart, 3e-5f);
            near(scored(model, Rows.rounded(packed, 60, Device.CPU), packed.sequences()), apart, 3e-5f);
            float[] own = tokenScores(model, packed);
            float[] whole = tokenScores(model, packed.separate());
            for (int n = 0; n < packed.sequences(); n++) {
                int length = packed.starts()[n + 1] - packed.starts()[n];
                int end = packed.separate().starts()[n + 1];
                near(Arrays.copyOfRange(own, packed.starts()[n], packed.starts()[n] + length),
                        Arrays.copyOfRange(whole, end - length, end), 3e-5f);
            }
        }
    }

    private static float[] tokenScores(RewardModel model, Packed packed) {
        return model.tokenScores(Tape.inference(), Rows.of(packed, 60, Device.CPU), HiddenOptions.PLAIN).toFloats();
    }

    private static Outcome scored(RewardModel model, Rows rows, int sequences) {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.gradients();
            Tensor scores = model.scores(tape, rows, HiddenOptions.PLAIN, sequences);
            float[] values = scores.toFloats();
            tape.backward(scores, scores.mul(2));
            return new Outcome(values, gradients(model.parameters()));
        }
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void whatIsNotExactIsRefused(Pooling pooling) {
        Packed packed = family(60, 30, 5, 12);
        try (RewardModel model = RewardModel.random(HubConfig.parse(PLAIN), HeadOptions.reward(5).withPooling(pooling),
                DType.FLOAT32, Device.CPU); Scope scope = Scope.open()) {
            assertThat(model.sharesPrefixes(false)).isEqualTo(pooling == Pooling.LAST);
            if (pooling != Pooling.LAST) {
                assertThatThrownBy(() -> model.scores(Tape.inference(), Rows.of(packed, 60, Device.CPU)))
                        .hasMessageContaining(pooling.name()).hasMessageContaining("Packed.separate()");
            }
        }
    }

    @Test
    void modelsInWhichAPrefixDependsOnWhatFollows() {
        String stretched = PLAIN.replace("1024", "16, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4.0}");
        String encoder = """
                {"model_type": "bert", "vocab_size": 60, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 64, "type_vocab_size": 2}""";
        try (Decoder model = model(stretched, DType.FLOAT32);
                Decoder plain = model(PLAIN, DType.FLOAT32);
                RewardModel bert = RewardModel.random(HubConfig.parse(encoder), HeadOptions.reward(5), DType.FLOAT32,
                        Device.CPU);
                KvCache cache = plain.cache(4, 64);
                Scope scope = Scope.open()) {
            Rows rows = Rows.of(family(60, 10, 5, 12), 60, Device.CPU);
            assertThat(model.sharesPrefixes(false)).isFalse();
            assertThat(bert.sharesPrefixes(false)).isFalse();
            assertThat(bert.backbone().sharesPrefixes(false)).isFalse();
            assertThatThrownBy(() -> model.hidden(Tape.inference(), rows)).hasMessageContaining("rotary positions");
            assertThatThrownBy(() -> bert.backbone().hidden(Tape.inference(), rows, HiddenOptions.PLAIN))
                    .hasMessageContaining("encoder");
            assertThatThrownBy(() -> plain.prefill(rows, cache)).hasMessageContaining("cache")
                    .hasMessageContaining("Packed.separate()");
            assertThat(cache.live()).isZero();
        }
    }

    private static Outcome outcome(Decoder model, Rows rows, int checkpointed) {
        return outcome(model, rows, checkpointed, Tape.gradients());
    }

    /** Of a loss that gives every token another factor. */
    private static Outcome outcome(Decoder model, Rows rows, int checkpointed, Tape tape) {
        try (Scope scope = Scope.open()) {
            Tensor hidden = model.hidden(tape, rows, new HiddenOptions((t, x, r) -> x, checkpointed));
            Tensor logProbs = model.head().logProbs(tape, hidden, rows);
            int real = learned(rows);
            float[] values = Arrays.copyOf(logProbs.toFloats(), real);
            float[] factors = new float[(int) rows.predicted()];
            for (int i = 0; i < real; i++) {
                factors[i] = (float) Math.sin(i + 1);
            }
            tape.backward(logProbs, Tensors.of(factors));
            return new Outcome(values, gradients(model.parameters()));
        }
    }

    private static int learned(Rows rows) {
        float[] weights = rows.weights().toFloats();
        return (int) IntStream.range(0, weights.length).filter(i -> weights[i] != 0).count();
    }

    private static Outcome swept(Decoder model, Rows rows) {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.gradients();
            Tensor hidden = model.hidden(tape, rows);
            model.head().sweep(tape, hidden, rows, (readings, weights) -> new TokenHead.Derivatives(weights.neg(),
                    Tensors.zerosLike(weights)));
            tape.run();
            return new Outcome(new float[0], gradients(model.parameters()));
        }
    }

    private static float[][] gradients(List<Parameter> parameters) {
        float[][] gradients = parameters.stream().filter(Parameter::trainable)
                .map(parameter -> parameter.gradient().orElseThrow().to(DType.FLOAT32).toFloats())
                .toArray(float[][]::new);
        parameters.forEach(Parameter::clearGradient);
        return gradients;
    }

    static Decoder model(String config, DType dtype) {
        return Decoder.random(HubConfig.parse(config), 5, dtype, Device.CPU);
    }

    /** Answers of these lengths to one prompt, each of whose tokens carries loss. */
    static Packed family(int vocabulary, int prompt, int... answers) {
        Random random = new Random(prompt);
        int[] asked = random.ints(prompt, 0, vocabulary).toArray();
        return Packer.branched(Arrays.stream(answers).mapToObj(length -> {
            int[] ids = IntStream.concat(IntStream.of(asked), random.ints(length, 0, vocabulary)).toArray();
            float[] weight = new float[ids.length];
            Arrays.fill(weight, prompt, ids.length, 1);
            return new Encoded(ids, weight);
        }).toList(), prompt);
    }

    static Packed alone(int vocabulary, int length) {
        int[] ids = new Random(length).ints(length, 0, vocabulary).toArray();
        float[] weight = new float[length];
        Arrays.fill(weight, 1, length, 1);
        return Packer.batch(List.of(new Encoded(ids, weight)));
    }

    private static void near(Outcome found, Outcome expected, float tolerance) {
        near(found.logProbs(), expected.logProbs(), tolerance);
        assertThat(found.gradients().length).isEqualTo(expected.gradients().length);
        for (int i = 0; i < found.gradients().length; i++) {
            near(found.gradients()[i], expected.gradients()[i], tolerance);
        }
    }

    /** Within a part of the largest of them, since a gradient is a sum over all tokens. */
    private static void near(float[] found, float[] expected, float tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        float largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < found.length; i++) {
            assertThat(Math.abs(found[i] - expected[i])).as("element %d", i).isLessThanOrEqualTo(tolerance * largest);
        }
    }
}
