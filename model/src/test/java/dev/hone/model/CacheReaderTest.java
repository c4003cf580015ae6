package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows cut into parts for threads, and matrices laid out for steps, give what one whole pass gives. */
class CacheReaderTest {
    private static final String LLAMA = """
            {"model_type": "llama", "hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "intermediate_size": 96, "vocab_size": 61, "max_position_embeddings": 900,
             "initializer_range": 0.1}""";
    private static final String GPT2 = """
            {"model_type": "gpt2", "n_embd": 128, "n_layer": 2, "n_head": 4, "vocab_size": 61, "n_positions": 900}""";
    private static final int[] EVEN = {100, 90, 130, 40, 128, 60, 77};
    private static final int[] ONE_LONG = {700, 10, 10, 10, 10, 10, 10};

    private int before;

    @BeforeEach
    void twoThreads() {
        before = Engine.threads();
        Engine.threads(2);
    }

    @AfterEach
    void asBefore() { Engine.threads(before); }

    @ParameterizedTest
    @ValueSource(strings = {LLAMA, GPT2})
    void promptsAndStepsInPartsAreThoseOfOnePass(String config) {
        for (int[] lengths : List.of(EVEN, ONE_LONG)) {
            try (Decoder model = Decoder.random(HubConfig.parse(config), 7, DType.FLOAT32, Device.CPU)) {
                List<int[]> prompts = prompts(lengths);
                float[][] parts = answers(model, prompts);
                Engine.threads(1);
                float[][] whole = answers(model, prompts);
                Engine.threads(2);
                near(parts, whole, 2e-4f);
            }
        }
    }

    /** Hidden states of the prompts, then scores of three steps. */
    private static float[][] answers(Decoder model, List<int[]> prompts) {
        int[] tokens = IntStream.range(0, prompts.size()).map(row -> row * 5 % 61).toArray();
        try (KvCache cache = model.cache(prompts.size(), 800); Scope scope = Scope.open()) {
            float[][] answers = new float[4][];
            answers[0] = floats(model.prefill(prompts, cache));
            for (int step = 1; step < answers.length; step++) {
                answers[step] = floats(model.decodeLogits(tokens, cache));
            }
            return answers;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LLAMA, GPT2})
    void aLayoutChangesNothingButTheRounding(String config) {
        try (Decoder model = Decoder.random(HubConfig.parse(config), 7, DType.BFLOAT16, Device.CPU)) {
            List<int[]> prompts = prompts(EVEN);
            float[][] plain = answers(model, prompts);
            try (StepLayout layout = StepLayout.of(model, prompts.size(), Long.MAX_VALUE)) {
                near(answers(model, prompts), plain, 0.05f);
            }
            assertThat(answers(model, prompts)).isDeepEqualTo(plain);
        }
    }

    @Test
    void aLayoutIsACopyThatForgetsItsWeightsAndHasALimit() {
        try (Decoder model = Decoder.random(HubConfig.parse(LLAMA), 7, DType.BFLOAT16, Device.CPU)) {
            List<int[]> prompts = prompts(EVEN);
            float[][] plain = answers(model, prompts);
            try (StepLayout none = StepLayout.of(model, prompts.size(), 1000)) {
                assertThat(answers(model, prompts)).isDeepEqualTo(plain);
            }
            model.parameters().forEach(parameter -> {
                try (Scope scope = Scope.open()) {
                    parameter.value().mulInPlace(1.5);
                }
            });
            float[][] changed = answers(model, prompts);
            assertThat(changed).isNotEqualTo(plain);
            try (StepLayout layout = StepLayout.of(model, prompts.size(), Long.MAX_VALUE)) {
                near(answers(model, prompts), changed, 0.2f);
            }
        }
    }

    private static List<int[]> prompts(int[] lengths) {
        Random random = new Random(3);
        return Arrays.stream(lengths).mapToObj(length -> random.ints(length, 0, 61).toArray()).toList();
    }

    private static float[] floats(Tensor tensor) { return tensor.to(DType.FLOAT32).toFloats(); }

    private static void near(float[][] found, float[][] expected, float tolerance) {
        for (int part = 0; part < expected.length; part++) {
            assertThat(found[part]).hasSameSizeAs(expected[part]);
            for (int i = 0; i < expected[part].length; i++) {
                assertThat(found[part][i]).as(part + " " + i).isCloseTo(expected[part][i],
                        within(tolerance * Math.max(1, Math.abs(expected[part][i]))));
            }
        }
    }
}
