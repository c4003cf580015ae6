package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One step of attention by the kernel against the same step in plain ops, and what it writes into the cache. */
class StepKernelTest {
    private static final String TINY = """
            {"model_type": "llama", "hidden_size": %d, "num_hidden_layers": 2, "num_attention_heads": %d,
             "num_key_value_heads": %d, "intermediate_size": 48, "vocab_size": 61, "max_position_embeddings": 400,
             "initializer_range": 0.3, %s}""";
    private static final String WINDOW = "\"sliding_window\": 70,"
            + " \"layer_types\": [\"sliding_attention\", \"full_attention\"]";

    @ParameterizedTest
    @CsvSource({"FLOAT32, 64, 4, 2, true, 1e-5", "FLOAT32, 192, 3, 3, false, 1e-5", "FLOAT32, 128, 4, 1, true, 1e-5",
            "BFLOAT16, 64, 2, 1, true, 0.08", "BFLOAT16, 128, 2, 2, false, 0.08", "BFLOAT16, 192, 6, 2, true, 0.2"})
    void theKernelIsThePlainOps(DType dtype, int hidden, int heads, int keyHeads, boolean window, float tolerance) {
        String extra = window ? WINDOW : "\"rope_theta\": 100.0";
        int[] lengths = {1, 63, 64, 65, 130};
        try (Decoder model = model(hidden, heads, keyHeads, extra, dtype);
                KvCache one = model.cache(7, 200);
                KvCache other = new KvCache(model.spec(), new KvCache.Room(7, 200, 0), dtype, Device.CPU, false);
                Scope scope = Scope.open()) {
            for (KvCache cache : List.of(one, other)) {
                model.prefill(prompts(model, lengths), cache);
                cache.advance();
            }
            ModelSpec.Attention spec = model.spec().attention();
            int batch = one.batch();
            assertThat(batch).isGreaterThan(lengths.length);
            assertThat(one.tiled()).isTrue();
            Tensor qkv = Randomness.of(5).normal(1, DType.FLOAT32, Device.CPU, batch, spec.projected()).to(dtype);
            Optional<Turn> turn = Optional.of(turn(batch, spec.headSize() / 2, dtype));
            for (int layer = 0; layer < 2; layer++) {
                Tensor found = CachedAttention.of(spec, one, turn).attend(Tape.inference(), qkv, layer);
                Tensor expected = new ComposedStep(spec, other, turn).attend(qkv, layer);
                near(found.narrow(0, 0, 5), expected.narrow(0, 0, 5), tolerance);
                assertThat(found.narrow(0, 5, batch - 5).toFloats()).containsOnly(0);
                near(live(one.keys(layer), keyHeads), live(other.keys(layer), keyHeads), tolerance);
                near(live(one.values(layer), keyHeads), live(other.values(layer), keyHeads), 0);
            }
        }
    }

    /** Idle slots of the plain form hold what nobody reads. */
    private static Tensor live(Tensor heads, int keyHeads) {
        return heads.narrow(0, 0, 5L * keyHeads);
    }

    @Test
    void whatARowGetsDoesNotDependOnTheRowsBesideIt() {
        try (Decoder model = model(128, 4, 2, WINDOW, DType.BFLOAT16);
                KvCache many = model.cache(9, 200);
                KvCache alone = model.cache(1, 200);
                Scope scope = Scope.open()) {
            model.prefill(prompts(model, 40, 150, 3, 77, 5), many);
            many.advance();
            model.prefill(prompts(model, 40), alone);
            alone.advance();
            ModelSpec.Attention spec = model.spec().attention();
            Tensor qkv = Randomness.of(5).normal(1, DType.FLOAT32, Device.CPU, many.batch(), spec.projected())
                    .to(DType.BFLOAT16);
            Tensor both = attend(spec, many, qkv);
            alone.kept(0, 0).keys().copyFrom(many.kept(0, 0).keys().narrow(0, 0, 1).narrow(2, 0, 1));
            alone.kept(0, 0).values().copyFrom(many.kept(0, 0).values().narrow(0, 0, 1).narrow(2, 0, 64));
            assertThat(attend(spec, alone, qkv.narrow(0, 0, 1)).toFloats())
                    .containsExactly(both.narrow(0, 0, 1).toFloats());
        }
    }

    private static Tensor attend(ModelSpec.Attention spec, KvCache cache, Tensor qkv) {
        Turn turn = turn((int) qkv.size(0), spec.headSize() / 2, DType.BFLOAT16);
        return CachedAttention.of(spec, cache, Optional.of(turn)).attend(Tape.inference(), qkv, 0);
    }

    private static Decoder model(int hidden, int heads, int keyHeads, String extra, DType dtype) {
        return Decoder.random(HubConfig.parse(TINY.formatted(hidden, heads, keyHeads, extra)), 7, dtype, Device.CPU);
    }

    private static Rows prompts(Decoder model, int... lengths) {
        Random random = new Random(11);
        return Rows.of(DecoderGoldenTest.pack(Arrays.stream(lengths)
                .mapToObj(length -> random.ints(length, 0, 61).toArray()).toList()), model.vocabulary(), Device.CPU);
    }

    private static Turn turn(int rows, int half, DType dtype) {
        float[] cosines = new float[rows * half];
        float[] sines = new float[rows * half];
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] = (float) Math.cos(i);
            sines[i] = (float) Math.sin(i);
        }
        return new Turn(Tensors.of(cosines, rows, half).to(dtype), Tensors.of(sines, rows, half).to(dtype));
    }

    private static void near(Tensor found, Tensor expected, float tolerance) {
        float[] one = found.to(DType.FLOAT32).toFloats();
        float[] other = expected.to(DType.FLOAT32).toFloats();
        assertThat(one).hasSameSizeAs(other);
        for (int i = 0; i < one.length; i++) {
            assertThat(one[i]).as("number " + i).isCloseTo(other[i],
                    within(tolerance * Math.max(1, Math.abs(other[i]))));
        }
    }
}
