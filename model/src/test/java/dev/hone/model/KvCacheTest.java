package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The law that continuing with a cache gives what reading the whole sequence gives, through every change of the slots. */
class KvCacheTest {
    private static final String TINY = """
            {"model_type": "llama", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "intermediate_size": 48, "vocab_size": 61, "max_position_embeddings": 40,
             "initializer_range": 0.3, %s}""";

    static Stream<Path> models() { return Golden.folders("models").stream(); }

    @ParameterizedTest
    @MethodSource("models")
    @Tag("golden")
    void cachedDecodingIsTheFullForwardInEveryFamily(Path folder) {
        String family = Golden.json(folder.resolve("config.json")).get("model_type").asString();
        assumeTrue(Families.known().contains(family), "family " + family + " is not there yet");
        assumeTrue(Files.exists(folder.resolve("generation_config.json")), "not a causal model");
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU)) {
            // beyond every sliding window of the fixtures and beyond the first room of the cache
            int longest = Math.min(model.spec().size().positions(), 90);
            compare(model, new int[]{longest - 5, 7, 1}, longest);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"sliding_window\": 9, \"layer_types\": [\"sliding_attention\", \"full_attention\"]",
            "\"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 4.0, \"rope_theta\": 500.0}",
            "\"attention_bias\": true, \"num_key_value_heads\": 4", "\"num_key_value_heads\": 1"})
    void cachedDecodingIsTheFullForward(String extra) {
        try (Decoder model = tiny(extra)) {
            compare(model, new int[]{3, 11, 30, 1, 8}, 130);
        }
    }

    /** Reads the first tokens of rows as prompts and the rest one by one, so that every row ends at {@code longest}. */
    private static void compare(Decoder model, int[] promptLengths, int longest) {
        List<int[]> rows = sequences(model.vocabulary(), promptLengths.length, longest);
        int steps = longest - Arrays.stream(promptLengths).max().orElseThrow();
        try (KvCache cache = model.cache(promptLengths.length, longest); Scope scope = Scope.open()) {
            List<int[]> prompts = new ArrayList<>();
            for (int n = 0; n < rows.size(); n++) {
                prompts.add(Arrays.copyOf(rows.get(n), promptLengths[n]));
            }
            near(model.head().logits(model.prefill(pack(model, prompts), cache)), last(model, prompts), "prefill");
            for (int step = 0; step < steps; step++) {
                Tensor decoded = next(model, cache, rows);
                if (step % 16 == 0 || step == steps - 1) {
                    near(decoded, last(model, held(cache, rows)), "step " + step);
                }
            }
        }
    }

    @Test
    void repeatedAndRemovedSlotsGoOnAsTheirOwnSequences() {
        try (Decoder model = tiny("\"rope_theta\": 100.0");
                KvCache cache = model.cache(5, 100);
                Scope scope = Scope.open()) {
            List<int[]> rows = new ArrayList<>(sequences(model.vocabulary(), 5, 100));
            model.prefill(pack(model, List.of(Arrays.copyOf(rows.get(0), 6), Arrays.copyOf(rows.get(1), 9))), cache);
            next(model, cache, rows);
            // two more samples of the first prompt, which differ from it after its 6 tokens
            cache.repeat(0, 6, 2);
            System.arraycopy(rows.get(0), 0, rows.get(2), 0, 6);
            System.arraycopy(rows.get(0), 0, rows.get(3), 0, 6);
            assertThat(lengths(cache)).containsExactly(7, 10, 6, 6);
            near(next(model, cache, rows), last(model, held(cache, rows)), "after repeat");
            cache.remove(1);
            rows.set(1, rows.get(3));
            assertThat(lengths(cache)).containsExactly(8, 7, 7);
            near(next(model, cache, rows), last(model, held(cache, rows)), "after remove");
            model.prefill(pack(model, List.of(Arrays.copyOf(rows.get(4), 20))), cache);
            rows.set(3, rows.get(4));
            for (int step = 0; step < 60; step++) {
                next(model, cache, rows);
            }
            near(next(model, cache, rows), last(model, held(cache, rows)), "after a late prompt and growth");
            for (int left = 3; left >= 1; left--) {
                cache.remove(left);
                near(next(model, cache, rows), last(model, held(cache, rows)), left + " left");
            }
        }
    }

    @Test
    void ofADynamicRopeEveryNewTokenTurnsByTheAnglesOfItsOwnLength() {
        String dynamic = "\"rope_parameters\": {\"rope_type\": \"dynamic\", \"factor\": 2.0, \"rope_theta\": 100.0}";
        try (Decoder model = tiny(dynamic); Scope scope = Scope.open()) {
            List<int[]> rows = sequences(model.vocabulary(), 2, 60);
            try (KvCache both = model.cache(2, 60); KvCache alone = model.cache(1, 60)) {
                model.prefill(pack(model, List.of(Arrays.copyOf(rows.get(0), 45), Arrays.copyOf(rows.get(1), 5))),
                        both);
                model.prefill(pack(model, List.of(Arrays.copyOf(rows.get(1), 5))), alone);
                for (int step = 0; step < 10; step++) {
                    Tensor expected = next(model, alone, List.of(rows.get(1)));
                    near(next(model, both, rows).narrow(0, 1, 1), expected, "a short row beside a stretched one");
                }
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (Decoder model = tiny("\"rope_theta\": 100.0");
                KvCache cache = model.cache(2, 4);
                Scope scope = Scope.open()) {
            assertThatThrownBy(() -> model.decode(new int[]{1}, cache)).hasMessageContaining("live slots");
            assertThatThrownBy(() -> model.prefill(pack(model, List.of(new int[5])), cache))
                    .hasMessageContaining("5 tokens").hasMessageContaining("room for 4");
            model.prefill(pack(model, List.of(new int[4], new int[2])), cache);
            assertThatThrownBy(() -> model.prefill(pack(model, List.of(new int[1])), cache))
                    .hasMessageContaining("0 free slots of 2");
            assertThatThrownBy(() -> cache.repeat(0, 1, 1)).hasMessageContaining("free slots");
            assertThatThrownBy(() -> cache.remove(2)).hasMessageContaining("expected 0 to 1");
            assertThatThrownBy(() -> model.decode(new int[]{1, 61}, cache)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("token id 61: expected 0 to 60");
            assertThatThrownBy(() -> model.decode(new int[]{1, 1}, cache)).hasMessageContaining("room for 4");
            cache.remove(0);
            assertThatThrownBy(() -> cache.repeat(0, 3, 1)).hasMessageContaining("expected 1 to 2");
        }
    }

    private static Decoder tiny(String extra) {
        return Decoder.random(HubConfig.parse(TINY.formatted(extra)), 7, DType.FLOAT32, Device.CPU);
    }

    private static List<int[]> sequences(int vocabulary, int count, int length) {
        Random random = new Random(11);
        return Stream.generate(() -> random.ints(length, 0, vocabulary).toArray()).limit(count).toList();
    }

    /** Gives every live slot its sequence's next token. */
    private static Tensor next(Decoder model, KvCache cache, List<int[]> rows) {
        int[] tokens = new int[cache.live()];
        Arrays.setAll(tokens, slot -> rows.get(slot)[cache.length(slot)]);
        return model.decodeLogits(tokens, cache);
    }

    private static List<int[]> held(KvCache cache, List<int[]> rows) {
        List<int[]> held = new ArrayList<>();
        for (int slot = 0; slot < cache.live(); slot++) {
            held.add(Arrays.copyOf(rows.get(slot), cache.length(slot)));
        }
        return held;
    }

    private static int[] lengths(KvCache cache) {
        int[] lengths = new int[cache.live()];
        Arrays.setAll(lengths, cache::length);
        return lengths;
    }

    /** Scores after each sequence by the full forward, [N, V]. */
    private static Tensor last(Decoder model, List<int[]> sequences) {
        Rows rows = pack(model, sequences);
        int[] ends = new int[sequences.size()];
        Arrays.setAll(ends, n -> rows.starts()[n + 1] - 1);
        Tensor hidden = model.hidden(Tape.inference(), rows);
        return model.head().logits(hidden.indexSelect(0, dev.hone.tensor.Tensors.indices(ends)));
    }

    private static Rows pack(Decoder model, List<int[]> sequences) {
        return Rows.of(DecoderGoldenTest.pack(sequences), model.vocabulary(), Device.CPU);
    }

    private static void near(Tensor actual, Tensor expected, String what) {
        DecoderGoldenTest.near(actual, expected, what);
    }
}
