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
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import dev.hone.text.Packed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of adapters on every family: gradients, merging, saving, switching. */
class AdapterTest {
    private static final String DECODER = """
            {"model_type": "qwen2", "vocab_size": 40, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
             "num_attention_heads": 2, "max_position_embeddings": 64, "tie_word_embeddings": %s,
             "initializer_range": 0.3}""";

    /** Norms take their statistics in float32, so a smaller step would measure their rounding. */
    private static final double STEP = 5e-3;

    @TempDir
    Path temporary;

    /** Every model of the golden folder: a causal one as it is, one that scores with its head. */
    static Stream<Path> models() {
        return Golden.folders("models").stream().filter(folder -> {
            String family = Golden.json(folder.resolve("config.json")).get("model_type").asString();
            return Families.known().contains(family) || EncoderFamilies.known().contains(family);
        });
    }

    static Stream<LoraSpec> specs() {
        LoraSpec all = LoraSpec.allLinear(3, 5);
        return Stream.of(all, all.withDora(true), all.with(new LoraSpec.Pissa(OptionalInt.empty())),
                all.with(new LoraSpec.Pissa(OptionalInt.of(3)))
                        .with(new LoraSpec.Ranks(2, 3, true, Map.of(), Map.of())),
                all.withDropout(0.3), all.withDropout(0.3).withDora(true),
                all.withDropout(0.3).with(new LoraSpec.Pissa(OptionalInt.empty())),
                LoraSpec.of(3, 5, List.of("q_proj", "lm_head", "embed_tokens")).with(new LoraSpec.Gaussian()),
                LoraSpec.of(3, 5, List.of("up_proj", "lm_head")).withDropout(0.3),
                LoraSpec.of(3, 5, List.of("v_proj")).withModulesToSave(List.of("lm_head", "embed_tokens", "norm")));
    }

    /** What a loss becomes when a tensor of the adapter moves, against the gradient. */
    @ParameterizedTest
    @MethodSource("models")
    void gradientsInEveryFamily(Path folder) {
        try (Model model = open(folder, DType.FLOAT64)) {
            for (LoraSpec spec : List.of(LoraSpec.allLinear(3, 5),
                    LoraSpec.allLinear(3, 5).withDropout(0.3).withDora(true))) {
                try (Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
                    shake(adapter);
                    compare(adapter, tape -> loss(model, tape));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void gradientsOfEveryKind(LoraSpec spec) {
        for (boolean tied : new boolean[]{true, false}) {
            try (Decoder model = decoder(tied, DType.FLOAT64);
                    Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
                shake(adapter);
                compare(adapter, tape -> loss(model, tape));
                compare(adapter, tape -> sweptLoss(model, tape));
            }
        }
    }

    static void compare(Adapter adapter, ToDoubleFunction<Tape> loss) {
        adapter.parameters().forEach(Parameter::clearGradient);
        loss.applyAsDouble(Tape.training(Randomness.of(9)));
        for (Parameter parameter : adapter.parameters()) {
            // DoRA takes the length of a row as a constant, so only its magnitudes have this derivative
            if (adapter.spec() instanceof LoraSpec lora && lora.dora()
                    && !parameter.name().endsWith("magnitude_vector")) {
                continue;
            }
            try (Scope scope = Scope.open()) {
                Tensor before = parameter.value().copy();
                Tensor random = Randomness.of(4).normal(1, before.dtype(), Device.CPU, before.shape());
                Tensor direction = random.div(random.square().sum().sqrt());
                double found = parameter.gradient().orElseThrow().mul(direction).sum().item();
                double expected = (moved(parameter, before, direction, STEP, loss)
                        - moved(parameter, before, direction, -STEP, loss)) / (2 * STEP);
                parameter.value().copyFrom(before);
                assertThat(found).as(parameter.name()).isCloseTo(expected,
                        within(0.01 * Math.abs(expected) + 0.02));
            }
        }
    }

    private static double moved(Parameter parameter, Tensor before, Tensor direction, double step,
            ToDoubleFunction<Tape> loss) {
        parameter.value().copyFrom(before.add(direction.mul(step)));
        return loss.applyAsDouble(Tape.rehearsal(Randomness.of(9)));
    }

    /** Sum of squares of what the model gives, of which the tape takes the gradient where it records. */
    static double loss(Model model, Tape tape) {
        try (Scope scope = Scope.open()) {
            Rows rows = rows(model);
            Tensor result = switch (model) {
                case Decoder decoder -> decoder.head().logProbs(tape, decoder.hidden(tape, rows), rows);
                case RewardModel reward -> reward.scores(tape, rows);
                case ActorCritic both -> throw new IllegalArgumentException(both + " has no result of its own");
                case ValuedPolicy valued -> throw new IllegalArgumentException(valued + " has no result of its own");
            };
            double value = result.to(DType.FLOAT64).square().sum().item();
            if (tape.isRecording()) {
                tape.backward(result, result.mul(2));
            }
            return value;
        }
    }

    /** The same through the head that makes its gradient at once. */
    static double sweptLoss(Decoder model, Tape tape) {
        try (Scope scope = Scope.open()) {
            Rows rows = rows(model);
            double[] value = {0};
            model.head().sweep(tape, model.hidden(tape, rows), rows, (readings, weights) -> {
                value[0] += readings.logProbs().to(DType.FLOAT64).square().sum().item();
                return new TokenHead.Derivatives(readings.logProbs().mul(2), Tensors.zerosLike(readings.logProbs()));
            });
            if (tape.isRecording()) {
                tape.run();
            }
            return value[0];
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void mergedIsUnmergedAndSavedIsLoadedInEveryFamily(Path folder) {
        for (LoraSpec spec : List.of(LoraSpec.allLinear(3, 5),
                LoraSpec.allLinear(3, 5).withDora(true),
                LoraSpec.allLinear(3, 5).with(new LoraSpec.Pissa(OptionalInt.empty())))) {
            try (Model model = open(folder, DType.FLOAT32)) {
                float[] plain = result(model);
                float[] adapted;
                try (Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
                    assertThat(result(model)).containsExactly(plain, within(3e-4f));
                    shake(adapter);
                    adapted = result(model);
                    assertThat(adapted).isNotEqualTo(plain);
                    assertThat(model.<float[]>withoutAdapter(() -> result(model))).containsExactly(plain);
                    AdapterFolder.save(adapter, temporary, DType.FLOAT32);
                }
                assertThat(result(model)).containsExactly(plain);
                try (Adapter again = Adapter.load(model, temporary)) {
                    if (spec.start() instanceof LoraSpec.Pissa) {
                        assertThat(result(model)).containsExactly(adapted, within(3e-4f));
                    } else {
                        assertThat(result(model)).containsExactly(adapted);
                    }
                    again.merge();
                }
                assertThat(result(model)).containsExactly(adapted, within(1e-3f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void everyKindIsSavedLoadedAndWrittenMerged(LoraSpec spec) {
        for (boolean tied : new boolean[]{true, false}) {
            Path whole = temporary.resolve("whole");
            Path alone = temporary.resolve("alone");
            try (Decoder model = decoder(tied, DType.FLOAT32)) {
                float[] adapted;
                try (Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
                    shake(adapter);
                    adapted = result(model);
                    ModelFolder.save(model, whole, ModelFolder.Format.of(DType.FLOAT32));
                    AdapterFolder.save(adapter, alone, DType.FLOAT32);
                }
                try (Adapter again = Adapter.load(model, alone)) {
                    assertThat(result(model)).containsExactly(adapted, within(1e-5f));
                    assertThat(again.spec().modulesToSave()).isEqualTo(spec.modulesToSave());
                }
            }
            try (Decoder merged = Decoder.load(whole, DType.FLOAT32, Device.CPU)) {
                float[] adapted = result(merged);
                try (Decoder model = decoder(tied, DType.FLOAT32); Adapter again = Adapter.load(model, alone)) {
                    assertThat(result(model)).containsExactly(adapted, within(1e-4f));
                }
            }
        }
    }

    @Test
    void aTiedTableIsNotMergedInPlace() {
        try (Decoder model = decoder(true, DType.FLOAT32);
                Adapter adapter = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("lm_head")), "base", 1)) {
            assertThatThrownBy(adapter::merge).isInstanceOf(ModelException.class)
                    .hasMessageContaining("tie_word_embeddings").hasMessageContaining("save the model");
        }
    }

    @Test
    void severalAdaptersShareOneBase() {
        try (Decoder model = decoder(false, DType.FLOAT32);
                Adapter first = Adapter.fresh(model, LoraSpec.allLinear(2, 2), "base", 1);
                Adapter second = Adapter.fresh(model, LoraSpec.of(3, 2, List.of("q_proj")), "base", 2)) {
            assertThat(model.adapter()).containsSame(second);
            shake(first);
            shake(second);
            float[] ofSecond = result(model);
            first.on();
            assertThat(model.adapter()).containsSame(first);
            assertThat(second.isOn()).isFalse();
            assertThat(result(model)).isNotEqualTo(ofSecond);
            assertThat(model.trainableParameters()).isEqualTo(first.parameters());
            second.on();
            assertThat(result(model)).containsExactly(ofSecond);
        }
    }

    @Test
    void aClosedAdapterLeavesTheModelAsItWas() {
        try (Decoder model = decoder(false, DType.FLOAT32)) {
            List<Parameter> before = model.parameters();
            model.parameters().getFirst().trainable(false);
            try (Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(2, 2), "base", 1)) {
                assertThat(model.parameters()).hasSize(before.size() + adapter.parameters().size());
            }
            assertThat(model.parameters()).isEqualTo(before);
            assertThat(model.trainableParameters()).isEqualTo(before.subList(1, before.size()));
        }
    }

    @Test
    void aNewAdapterDependsOnItsSeedAndNamesOnly() {
        try (Decoder model = decoder(false, DType.FLOAT32);
                Adapter all = Adapter.fresh(model, LoraSpec.allLinear(2, 2), "base", 1);
                Adapter some = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("v_proj")), "base", 1);
                Adapter other = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("v_proj")), "base", 2);
                Scope scope = Scope.open()) {
            String name = "base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight";
            assertThat(slice(some, name).toFloats()).containsExactly(slice(all, name).toFloats())
                    .isNotEqualTo(slice(other, name).toFloats());
            assertThat(slice(some, name).abs().max().item()).isLessThanOrEqualTo(1 / Math.sqrt(16)).isGreaterThan(0.1);
            assertThat(slice(some, name.replace("lora_A", "lora_B")).abs().max().item()).isZero();
        }
    }

    private static Tensor slice(Adapter adapter, String name) {
        return adapter.parameters().stream().flatMap(parameter -> parameter.slices().stream()
                .filter(slice -> slice.name().equals(name)).map(parameter::view)).findFirst().orElseThrow();
    }

    /** Generation reads the prompt into a cache and goes on token by token. */
    @Test
    void decodingWithACacheHonoursTheAdapter() {
        for (LoraSpec spec : specs().toList()) {
            try (Decoder model = decoder(false, DType.FLOAT32);
                    Adapter adapter = Adapter.fresh(model, spec, "base", 3);
                    KvCache cache = model.cache(1, 20);
                    Scope scope = Scope.open()) {
                shake(adapter);
                int[] ids = {3, 14, 15, 9, 2, 6};
                model.prefill(Rows.of(DecoderGoldenTest.pack(List.of(new int[]{3, 14, 15, 9, 2})), 40, Device.CPU),
                        cache);
                Tensor next = model.decodeLogits(new int[]{6}, cache);
                Tensor whole = model.head()
                        .logits(model.hidden(Tape.inference(),
                                Rows.of(DecoderGoldenTest.pack(List.of(ids)), 40, Device.CPU)));
                assertThat(next.toFloats()).containsExactly(whole.narrow(0, 5, 1).toFloats(), within(1e-4f));
            }
        }
    }

    @Test
    void sharedPrefixesAreNotForDropout() {
        try (Decoder model = decoder(false, DType.FLOAT32)) {
            assertThat(model.sharesPrefixes(true)).isTrue();
            try (Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(2, 2).withDropout(0.1), "base", 1)) {
                assertThat(model.sharesPrefixes(true)).isFalse();
                assertThat(model.sharesPrefixes(false)).isTrue();
                adapter.off();
                assertThat(model.sharesPrefixes(true)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void bfloat16IsNearFloat32(LoraSpec spec) {
        float[] wide;
        try (Decoder model = decoder(false, DType.FLOAT32)) {
            try (Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
                shake(adapter);
                AdapterFolder.save(adapter, temporary, DType.FLOAT32);
            }
            try (Adapter adapter = Adapter.load(model, temporary)) {
                wide = result(model);
            }
        }
        try (Decoder model = decoder(false, DType.BFLOAT16); Adapter adapter = Adapter.load(model, temporary)) {
            // PiSSA subtracts two large products, each rounded
            float near = spec.start() instanceof LoraSpec.Pissa ? 0.5f : 0.25f;
            assertThat(result(model)).containsExactly(wide, within(near));
            loss(model, Tape.training(Randomness.of(9)));
            adapter.parameters()
                    .forEach(parameter -> assertThat(parameter.gradient()).as(parameter.name()).isPresent());
        }
    }

    static float[] result(Model model) {
        try (Scope scope = Scope.open()) {
            Rows rows = rows(model);
            return switch (model) {
                case Decoder decoder -> decoder.head().logits(decoder.hidden(Tape.inference(), rows))
                        .to(DType.FLOAT32).toFloats();
                case RewardModel reward -> reward.scores(Tape.inference(), rows).to(DType.FLOAT32).toFloats();
                case ActorCritic both -> throw new IllegalArgumentException(both + " has no result of its own");
                case ValuedPolicy valued -> throw new IllegalArgumentException(valued + " has no result of its own");
            };
        }
    }

    private static Rows rows(Model model) {
        Random random = new Random(2);
        int vocabulary = model.backbone().vocabulary();
        List<int[]> rows = Stream.of(5, 1, 7)
                .map(length -> random.ints(length, 3, vocabulary).toArray()).toList();
        Packed packed = DecoderGoldenTest.pack(rows);
        return Rows.of(packed, vocabulary, Device.CPU);
    }

    /** Moves every number of an adapter, so that none is at its start. */
    static void shake(Adapter adapter) {
        try (Scope scope = Scope.open()) {
            int[] index = {0};
            adapter.parameters().forEach(parameter -> parameter.value().addInPlace(Randomness.of(77, index[0]++)
                    .normal(0.1, parameter.value().dtype(), Device.CPU, parameter.value().shape())));
        }
    }

    private static Decoder decoder(boolean tied, DType dtype) {
        return Decoder.random(HubConfig.parse(DECODER.formatted(tied)), 11, dtype, Device.CPU);
    }

    static Model open(Path folder, DType dtype) {
        return Golden.json(folder.resolve("config.json")).get("architectures").get(0).asString()
                .endsWith("ForSequenceClassification")
                        ? RewardModel.load(folder, dtype, Device.CPU)
                        : Decoder.load(folder, dtype, Device.CPU);
    }
}
