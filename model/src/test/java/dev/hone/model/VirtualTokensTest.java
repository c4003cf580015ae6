package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of virtual tokens in every family: gradients, packing, sharing, caching, switching, saving. */
class VirtualTokensTest {

    @TempDir
    Path temporary;

    static Stream<Path> models() { return AdapterTest.models().filter(VirtualTokensTest::isDecoder); }

    static Stream<Path> causal() { return models().filter(folder -> !folder.toString().endsWith("seqcls")); }

    private static boolean isDecoder(Path folder) {
        return Families.known().contains(Golden.json(folder.resolve("config.json")).get("model_type").asString());
    }

    private static List<VirtualSpec> specs() {
        return List.of(new PromptSpec(3, new PromptSpec.Random()), new PrefixSpec(5, OptionalInt.empty()),
                new PrefixSpec(2, OptionalInt.of(7)));
    }

    static List<String> configurations() { return PrefixSharingTest.configurations(); }

    private static Adapter shaken(Model model, AdapterSpec spec) {
        Adapter adapter = Adapter.fresh(model, spec, "base", 3);
        AdapterTest.shake(adapter);
        return adapter;
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsInEveryFamily(Path folder) {
        try (Model model = AdapterTest.open(folder, DType.FLOAT64)) {
            for (VirtualSpec spec : specs()) {
                try (Adapter adapter = shaken(model, spec)) {
                    AdapterTest.compare(adapter, tape -> AdapterTest.loss(model, tape));
                    if (model instanceof Decoder decoder) {
                        AdapterTest.compare(adapter, tape -> AdapterTest.sweptLoss(decoder, tape));
                    }
                    assertThat(model.trainableParameters()).isEqualTo(adapter.parameters());
                }
            }
        }
    }

    /** Windows and blocks of attention end inside and outside of what stands before. */
    @ParameterizedTest
    @MethodSource("configurations")
    void sharedPromptsGiveWhatTheyGiveWrittenOut(String config) {
        Packed packed = Packer.join(List.of(PrefixSharingTest.family(60, 270, 5, 31),
                PrefixSharingTest.alone(60, 70), PrefixSharingTest.family(60, 20, 26, 1, 60),
                PrefixSharingTest.family(60, 1, 30, 2)));
        for (VirtualSpec spec : List.of(new PromptSpec(37, new PromptSpec.Random()),
                new PrefixSpec(37, OptionalInt.empty()), new PrefixSpec(32, OptionalInt.of(7)))) {
            try (Decoder model = PrefixSharingTest.model(config, DType.FLOAT32);
                    Adapter adapter = shaken(model, spec);
                    Scope scope = Scope.open()) {
                assertThat(model.sharesPrefixes(true)).isTrue();
                PrefixSharingTest.agree(model, packed);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void packedSequencesDoNotSeeEachOther(Path folder) {
        try (Model model = AdapterTest.open(folder, DType.FLOAT32)) {
            for (VirtualSpec spec : specs()) {
                try (Adapter adapter = shaken(model, spec)) {
                    float[] together = hidden(model, PrefixSharingTest.alone(40, 9), PrefixSharingTest.alone(40, 5));
                    float[] apart = hidden(model, PrefixSharingTest.alone(40, 5));
                    float[] last = Arrays.copyOfRange(together, together.length - apart.length, together.length);
                    assertThat(last).containsExactly(apart, within(2e-5f));
                }
            }
        }
    }

    private static float[] hidden(Model model, Packed... rows) {
        try (Scope scope = Scope.open()) {
            Packed packed = Packer.join(List.of(rows));
            return model.backbone().hidden(Tape.inference(),
                    Rows.of(packed, model.backbone().vocabulary(), Device.CPU), HiddenOptions.PLAIN).toFloats();
        }
    }

    /** Angles that depend on the length of the whole sequence count the virtual tokens. */
    @Test
    void stretchedPositionsCountThem() {
        String stretched = PrefixSharingTest.configurations().getFirst().replace("1024",
                "16, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4.0}");
        for (VirtualSpec spec : specs()) {
            try (Decoder model = PrefixSharingTest.model(stretched, DType.FLOAT32);
                    Adapter adapter = shaken(model, spec)) {
                float[] together = hidden(model, PrefixSharingTest.alone(40, 9), PrefixSharingTest.alone(40, 30));
                float[] apart = hidden(model, PrefixSharingTest.alone(40, 30));
                assertThat(Arrays.copyOfRange(together, together.length - apart.length, together.length))
                        .containsExactly(apart, within(2e-5f));
            }
        }
    }

    /** Prompts of several lengths, samples of one of them, and a slot that is given up. */
    @ParameterizedTest
    @MethodSource("causal")
    void decodingWithACacheIsReadingAllAgain(Path folder) {
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU)) {
            for (VirtualSpec spec : specs()) {
                try (Adapter adapter = shaken(model, spec);
                        KvCache cache = model.cache(4, 60);
                        Scope scope = Scope.open()) {
                    cached(model, cache);
                }
            }
        }
    }

    private static void cached(Decoder model, KvCache cache) {
        Random random = new Random(4);
        List<List<Integer>> texts = new ArrayList<>();
        for (int length : new int[]{7, 1, 33}) {
            texts.add(new ArrayList<>(random.ints(length, 0, 40).boxed().toList()));
        }
        Packed packed = DecoderGoldenTest.pack(texts.stream().map(VirtualTokensTest::ints).toList());
        model.prefill(Rows.rounded(packed, model.vocabulary(), Device.CPU), cache);
        cache.repeat(2, 30, 1);
        texts.add(new ArrayList<>(texts.get(2).subList(0, 30)));
        for (int step = 0; step < 20; step++) {
            if (step == 5) {
                cache.remove(0);
                texts.set(0, texts.removeLast());
            }
            int[] next = random.ints(texts.size(), 0, 40).toArray();
            IntStream.range(0, next.length).forEach(row -> texts.get(row).add(next[row]));
            try (Scope scope = Scope.open()) {
                Tensor logits = model.decodeLogits(next, cache);
                for (int row = 0; row < next.length; row++) {
                    int[] whole = ints(texts.get(row));
                    assertThat(cache.length(row)).isEqualTo(whole.length);
                    Tensor hidden = model.hidden(Tape.inference(),
                            Rows.of(DecoderGoldenTest.pack(List.of(whole)), model.vocabulary(), Device.CPU));
                    assertThat(logits.narrow(0, row, 1).toFloats()).containsExactly(
                            model.head().logits(hidden.narrow(0, whole.length - 1, 1)).toFloats(), within(2e-4f));
                }
            }
        }
    }

    private static int[] ints(List<Integer> ids) { return ids.stream().mapToInt(Integer::intValue).toArray(); }

    @Test
    void aCacheBelongsToTheAdapterItWasMadeWith() {
        try (Decoder model = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(), DType.FLOAT32);
                Adapter adapter = shaken(model, specs().getFirst());
                KvCache cache = model.cache(1, 20);
                Scope scope = Scope.open()) {
            adapter.off();
            Rows rows = Rows.of(PrefixSharingTest.alone(60, 4), 60, Device.CPU);
            assertThatThrownBy(() -> model.prefill(rows, cache)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("3 virtual tokens");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void offItIsTheBaseAndSavedIsLoaded(Path folder) {
        try (Model model = AdapterTest.open(folder, DType.FLOAT32)) {
            float[] plain = AdapterTest.result(model);
            for (VirtualSpec spec : specs()) {
                float[] adapted;
                try (Adapter adapter = shaken(model, spec)) {
                    adapted = AdapterTest.result(model);
                    assertThat(adapted).isNotEqualTo(plain);
                    assertThat(model.<float[]>withoutAdapter(() -> AdapterTest.result(model))).containsExactly(plain);
                    AdapterFolder.save(adapter, temporary, DType.FLOAT32);
                }
                assertThat(AdapterTest.result(model)).containsExactly(plain);
                try (Adapter again = Adapter.load(model, temporary)) {
                    assertThat(AdapterTest.result(model)).containsExactly(adapted, within(1e-5f));
                    assertThat(again.spec()).isInstanceOf(spec.getClass());
                    assertThat(again.virtualTokens()).isEqualTo(spec.virtualTokens());
                }
            }
        }
    }

    @Test
    void severalAdaptersShareOneBase() {
        try (Decoder model = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(), DType.FLOAT32);
                Adapter prompt = shaken(model, specs().get(0));
                Adapter prefix = shaken(model, specs().get(1));
                Adapter lora = shaken(model, LoraSpec.allLinear(2, 2))) {
            assertThat(model.virtualTokens()).isZero();
            assertThat(model.longest()).isEqualTo(1024);
            prefix.on();
            float[] ofPrefix = AdapterTest.result(model);
            assertThat(model.virtualTokens()).isEqualTo(5);
            prompt.on();
            assertThat(model.virtualTokens()).isEqualTo(3);
            assertThat(model.longest()).isEqualTo(1021);
            assertThat(AdapterTest.result(model)).isNotEqualTo(ofPrefix);
            prefix.on();
            assertThat(AdapterTest.result(model)).containsExactly(ofPrefix);
        }
    }

    @Test
    void narrowModelsTrainThemInFullWidth() {
        for (VirtualSpec spec : specs()) {
            try (Decoder wide = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(), DType.FLOAT32);
                    Adapter adapter = shaken(wide, spec)) {
                AdapterFolder.save(adapter, temporary, DType.FLOAT32);
                float[] expected = AdapterTest.result(wide);
                try (Decoder narrow = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(),
                        DType.BFLOAT16); Adapter same = Adapter.load(narrow, temporary)) {
                    assertThat(AdapterTest.result(narrow)).containsExactly(expected, within(0.1f));
                    AdapterTest.loss(narrow, Tape.training(Randomness.of(9)));
                    for (Parameter parameter : same.parameters()) {
                        assertThat(parameter.value().dtype()).isEqualTo(DType.FLOAT32);
                        assertThat(parameter.gradient().orElseThrow().dtype()).isEqualTo(DType.FLOAT32);
                    }
                }
            }
        }
    }

    @Test
    void aTextGivesTheRowsOfItsTokens() {
        Path tokenizer = Golden.path("tokenizers", "gpt2_bytelevel");
        int[] ids = HubTokenizer.load(tokenizer).encodeWithSpecialTokens("be kind");
        String config = PrefixSharingTest.configurations().getFirst().replace("\"vocab_size\": 60",
                "\"vocab_size\": 60000");
        for (int count : new int[]{ids.length - 1, 2 * ids.length + 1}) {
            try (Decoder model = PrefixSharingTest.model(config, DType.FLOAT32);
                    Adapter adapter = Adapter.fresh(model,
                            new PromptSpec(count, new PromptSpec.Text("be kind", tokenizer.toString())), "base", 1);
                    Scope scope = Scope.open()) {
                Tensor rows = adapter.parameters().getFirst().value();
                for (int i = 0; i < count; i++) {
                    assertThat(rows.narrow(0, i, 1).toFloats())
                            .containsExactly(row(model, ids[i % ids.length]));
                }
            }
        }
    }

    private static float[] row(Decoder model, int id) {
        return Modules.of(model).embeddings().getFirst().held().own().value().narrow(0, id, 1).toFloats();
    }

    @Test
    void aSampledVocabularyGivesRowsOfTheEmbedding() {
        PromptSpec spec = new PromptSpec(30, new PromptSpec.SampledVocabulary());
        try (Decoder model = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(), DType.FLOAT32);
                Adapter one = Adapter.fresh(model, spec, "base", 1);
                Adapter same = Adapter.fresh(model, spec, "base", 1);
                Adapter other = Adapter.fresh(model, spec, "base", 2);
                Scope scope = Scope.open()) {
            List<List<Float>> table = IntStream.range(0, 60).mapToObj(id -> list(row(model, id))).toList();
            Tensor rows = one.parameters().getFirst().value();
            List<Integer> drawn = IntStream.range(0, 30)
                    .mapToObj(i -> table.indexOf(list(rows.narrow(0, i, 1).toFloats()))).toList();
            assertThat(drawn).doesNotContain(-1);
            assertThat(drawn.stream().distinct().count()).isGreaterThan(15);
            assertThat(same.parameters().getFirst().value().toFloats()).containsExactly(rows.toFloats());
            assertThat(other.parameters().getFirst().value().toFloats()).isNotEqualTo(rows.toFloats());
        }
    }

    private static List<Float> list(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }

    @Test
    void whatCannotBe() {
        assertThatThrownBy(() -> new PromptSpec(0, new PromptSpec.Random())).isInstanceOf(ModelException.class)
                .hasMessageContaining("num_virtual_tokens is 0");
        assertThatThrownBy(() -> new PrefixSpec(-1, OptionalInt.empty())).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> new PrefixSpec(2, OptionalInt.of(0))).hasMessageContaining("encoder_hidden_size is 0");
        try (Model bert = AdapterTest.open(Golden.path("models", "bert_seqcls"), DType.FLOAT32)) {
            for (VirtualSpec spec : specs()) {
                assertThatThrownBy(() -> Adapter.fresh(bert, spec, "base", 1)).isInstanceOf(ModelException.class)
                        .hasMessageContainingAll("encoder", "bert", "LoRA");
            }
            assertThat(bert.trainableParameters()).isEqualTo(bert.parameters());
        }
        try (Decoder model = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(), DType.FLOAT32)) {
            PromptSpec text = new PromptSpec(2, new PromptSpec.Text("be kind", temporary.toString()));
            assertThatThrownBy(() -> Adapter.fresh(model, text, "base", 1)).hasMessageContaining("tokenizer");
            Path large = Golden.path("tokenizers", "gpt2_bytelevel");
            PromptSpec foreign = new PromptSpec(2, new PromptSpec.Text("zebra kindness", large.toString()));
            assertThatThrownBy(() -> Adapter.fresh(model, foreign, "base", 1)).isInstanceOf(ModelException.class)
                    .hasMessageContaining("0 to 59");
        }
    }

    @Test
    void mergingIsRefused() {
        for (VirtualSpec spec : specs()) {
            try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU);
                    Adapter adapter = shaken(model, spec)) {
                assertThatThrownBy(adapter::merge).isInstanceOf(ModelException.class)
                        .hasMessageContainingAll("cannot be merged", "_TUNING");
                assertThatThrownBy(() -> ModelFolder.save(model, temporary.resolve("whole"),
                        ModelFolder.Format.of(DType.FLOAT32))).hasMessageContaining("cannot be merged");
                AdapterFolder.save(adapter, temporary, DType.FLOAT32);
                assertThatThrownBy(() -> AdapterMerge.merge(temporary, Golden.path("models", "llama"),
                        temporary.resolve("merged"), ModelFolder.Format.of(DType.FLOAT32)))
                        .hasMessageContaining("cannot be merged");
                assertThat(temporary.resolve("merged")).doesNotExist();
            }
        }
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() {
        for (VirtualSpec spec : specs()) {
            try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU);
                    Adapter adapter = shaken(model, spec)) {
                AdapterFolder.save(adapter, temporary, DType.FLOAT32);
            }
            try (Decoder other = PrefixSharingTest.model(PrefixSharingTest.configurations().getFirst(),
                    DType.FLOAT32)) {
                assertThatThrownBy(() -> Adapter.load(other, temporary)).isInstanceOf(ModelException.class)
                        .hasMessageContainingAll("prompt_embeddings", "base_model_name_or_path");
                assertThat(other.adapter()).isEmpty();
                assertThat(other.virtualTokens()).isZero();
            }
        }
    }

    @Test
    void otherKindsAreRefused() throws IOException {
        Path source = Golden.path("prompt_tuning", "llama_prefix");
        Files.copy(source.resolve(AdapterFolder.WEIGHTS), temporary.resolve(AdapterFolder.WEIGHTS));
        String config = Files.readString(source.resolve(AdapterFolder.CONFIG));
        for (String[] change : new String[][]{{"PREFIX_TUNING", "P_TUNING", "peft_type"},
                {"\"num_virtual_tokens\": 5", "\"num_virtual_tokens\": 0", "num_virtual_tokens"},
                {"\"num_virtual_tokens\": 5", "\"num_virtual_tokens\": 4", "prompt_embeddings"},
                {"\"num_transformer_submodules\": 1", "\"num_transformer_submodules\": 2", "submodules"}}) {
            assertThat(config).contains(change[0]);
            Files.writeString(temporary.resolve(AdapterFolder.CONFIG), config.replace(change[0], change[1]));
            try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.FLOAT32, Device.CPU)) {
                assertThatThrownBy(() -> Adapter.load(model, temporary)).isInstanceOf(ModelException.class)
                        .hasMessageContaining(change[2]);
                assertThat(model.trainableParameters()).isEqualTo(model.parameters());
            }
        }
    }

    @Test
    void learnedPositionsCountThem() {
        String config = PrefixSharingTest.configurations().getLast().replace("1024", "20");
        for (VirtualSpec spec : specs()) {
            try (Decoder model = PrefixSharingTest.model(config, DType.FLOAT32);
                    Adapter adapter = shaken(model, spec)) {
                hidden(model, PrefixSharingTest.alone(60, 20 - adapter.virtualTokens()));
                assertThatThrownBy(() -> hidden(model, PrefixSharingTest.alone(60, 21 - adapter.virtualTokens())))
                        .isInstanceOf(ModelException.class).hasMessageContainingAll("21 tokens", "virtual");
                assertThatThrownBy(() -> model.cache(1, 21 - adapter.virtualTokens()))
                        .hasMessageContaining("virtual");
            }
        }
    }
}
