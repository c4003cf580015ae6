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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** QLoRA: an adapter on a quantised base against the same on the dense model of the numbers that the codes stand for. */
@Tag("golden")
class QuantisedAdapterTest {
    private static final Quantisation SMALL_BLOCKS = new Quantisation(Quantisation.Kind.NF4, 32, false);

    @TempDir
    Path temporary;

    /** Every kind of adapter on decoders of both orders of storage, a decoder that scores and an encoder. */
    static Stream<Arguments> cases() {
        return Stream.of("llama", "gpt2", "llama_seqcls", "bert_seqcls")
                .flatMap(name -> specs(name).map(spec -> Arguments.of(name, spec)));
    }

    private static Stream<LoraSpec> specs(String name) {
        LoraSpec all = LoraSpec.allLinear(3, 5);
        return Stream.of(all, all.withDora(true), all.withDropout(0.3), all.withDropout(0.3).withDora(true),
                all.with(new LoraSpec.Pissa(OptionalInt.empty())), all.withModulesToSave(whole(name)));
    }

    /** Modules that run as one product, to be trained whole. */
    private static List<String> whole(String name) {
        return switch (name) {
            case "gpt2" -> List.of("c_attn");
            case "bert_seqcls" -> List.of("query", "key", "value");
            default -> List.of("gate_proj", "up_proj");
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isTheAdapterOnTheDequantisedModel(String name, LoraSpec spec) {
        for (Quantisation how : List.of(Quantisation.NF4, SMALL_BLOCKS, Quantisation.INT8)) {
            try (Model model = open(name, how)) {
                ModelFolder.saveDequantised(model, temporary, ModelFolder.Format.of(DType.FLOAT32));
                try (Model dense = open(temporary, Quantisation.NONE);
                        Adapter own = Adapter.fresh(model, spec, "base", 3);
                        Adapter other = Adapter.fresh(dense, spec, "base", 3);
                        Scope scope = Scope.open()) {
                    assertThat(dense.quantised()).isEmpty();
                    assertThat(own.parameters().toString()).isEqualTo(other.parameters().toString());
                    shake(own);
                    shake(other);
                    near(result(model), result(dense), "result");
                    train(model);
                    train(dense);
                    compareGradients(own, other);
                    assertThat(model.trainableParameters()).isEqualTo(own.parameters());
                    assertThat(Modules.of(model).own()).allMatch(parameter -> parameter.gradient().isEmpty());
                }
            }
        }
    }

    private static void compareGradients(Adapter own, Adapter other) {
        for (int i = 0; i < own.parameters().size(); i++) {
            Parameter parameter = own.parameters().get(i);
            Tensor expected = other.parameters().get(i).gradient().orElseThrow();
            double scale = Math.max(1, expected.abs().max().item());
            near(parameter.gradient().orElseThrow().div(scale), expected.div(scale), "gradient of " + parameter);
        }
    }

    @Test
    void theBaseStaysInCodes() {
        try (Decoder model = (Decoder) open("llama", Quantisation.NF4)) {
            List<Parameter> before = model.parameters();
            try (Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(2, 4).withDora(true), "base", 1)) {
                train(model);
                assertThat(Modules.of(model).own()).isEqualTo(before)
                        .noneMatch(parameter -> parameter.name().contains("_proj.weight"));
                assertThat(
                        Modules.of(model).linears().stream().filter(linear -> linear.quantised().findAny().isPresent()))
                        .hasSize(4 * model.spec().size().layers())
                        .allMatch(linear -> linear.lowRank().isPresent() && linear.held().codes().isPresent());
                assertThat(model.quantised().stream().mapToLong(QuantisedWeight::bytes).sum())
                        .isLessThan(model.quantised().stream().mapToLong(QuantisedWeight::count).sum());
                assertThat(adapter.parameters().stream().mapToLong(parameter -> parameter.value().count()).sum())
                        .isLessThan(model.quantised().stream().mapToLong(QuantisedWeight::count).sum() / 2);
            }
        }
    }

    /** What an adapter makes of its base beside the factors lives no longer than it. */
    @Test
    void makingAnAdapterKeepsNoDenseWeight() {
        try (Decoder model = (Decoder) open("llama", Quantisation.NF4)) {
            for (LoraSpec spec : List.of(LoraSpec.allLinear(2, 4), LoraSpec.allLinear(2, 4).withDora(true))) {
                long before = Scope.liveHandles();
                try (Adapter adapter = Adapter.fresh(model, spec, "base", 1)) {
                    int squares = spec.dora() ? 4 * model.spec().size().layers() : 0;
                    assertThat(Scope.liveHandles() - before).isEqualTo(adapter.parameters().size() + squares);
                }
                assertThat(Scope.liveHandles()).isEqualTo(before);
            }
        }
    }

    @Test
    void modulesHaveTheirNames() {
        try (Decoder dense = (Decoder) open("llama", Quantisation.NONE);
                Decoder model = (Decoder) open("llama", Quantisation.NF4);
                Decoder wide = (Decoder) open("gpt2", Quantisation.NONE);
                Decoder turned = (Decoder) open("gpt2", Quantisation.INT8)) {
            assertThat(Modules.of(model).names()).isEqualTo(Modules.of(dense).names());
            assertThat(Modules.of(turned).names()).isEqualTo(Modules.of(wide).names());
            for (int i = 0; i < Modules.of(wide).linears().size(); i++) {
                Linear expected = Modules.of(wide).linears().get(i);
                Linear linear = Modules.of(turned).linears().get(i);
                assertThat(linear.inputs()).isEqualTo(expected.inputs());
                assertThat(linear.outputs()).isEqualTo(expected.outputs());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isSavedAloneAndOpenedOnAFreshBase(String name, LoraSpec spec) {
        float[] adapted;
        float[] plain;
        try (Model model = open(name, Quantisation.NF4)) {
            plain = floats(model);
            try (Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
                shake(adapter);
                adapted = floats(model);
                assertThat(model.<float[]>withoutAdapter(() -> floats(model))).containsExactly(plain);
                AdapterFolder.save(adapter, temporary, DType.FLOAT32);
            }
            assertThat(floats(model)).containsExactly(plain).isNotEqualTo(adapted);
        }
        try (Model model = open(name, Quantisation.NF4); Adapter again = Adapter.load(model, temporary)) {
            assertThat(again.isOn()).isTrue();
            if (spec.start() instanceof LoraSpec.Pissa) {
                assertThat(floats(model)).containsExactly(adapted, within(3e-4f));
            } else {
                assertThat(floats(model)).containsExactly(adapted);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fullWeightsAreWrittenMergedWhereAsked(String name, LoraSpec spec) {
        float[] adapted;
        float[] plain;
        Path without = temporary.resolve("without");
        Path merged = temporary.resolve("merged");
        try (Model model = open(name, Quantisation.NF4); Adapter adapter = Adapter.fresh(model, spec, "base", 3)) {
            shake(adapter);
            adapted = floats(model);
            ModelFolder.saveDequantised(model, merged, ModelFolder.Format.of(DType.FLOAT32));
            adapter.off();
            plain = floats(model);
            ModelFolder.saveDequantised(model, without, ModelFolder.Format.of(DType.FLOAT32));
        }
        assertThat(adapted).isNotEqualTo(plain);
        try (Model whole = open(merged, Quantisation.NONE); Model off = open(without, Quantisation.NONE)) {
            assertThat(floats(whole)).containsExactly(adapted, within(5e-4f));
            assertThat(floats(off)).containsExactly(plain, within(1e-4f));
        }
    }

    /** The values that are written are the caller's, so that a run can write the float32 masters of its optimizer. */
    @Test
    void fullWeightsTakeTheValuesThatAreGiven() {
        try (Model model = open("llama", Quantisation.NF4);
                Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(3, 5), "base", 3)) {
            shake(adapter);
            float[] adapted = floats(model);
            ModelFolder.saveDequantised(model, temporary, ModelFolder.Format.of(DType.FLOAT32),
                    parameter -> parameter.name().contains("lora_B")
                            ? parameter.value().mul(0)
                            : parameter.value());
            adapter.off();
            float[] plain = floats(model);
            try (Model whole = open(temporary, Quantisation.NONE)) {
                assertThat(floats(whole)).containsExactly(plain, within(1e-4f)).isNotEqualTo(adapted);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decodesWithACacheWhatItReadsWhole(String name, LoraSpec spec) {
        if (name.endsWith("seqcls")) {
            return;
        }
        try (Decoder model = (Decoder) open(name, Quantisation.NF4);
                Adapter adapter = Adapter.fresh(model, spec, "base", 3);
                KvCache cache = model.cache(1, 20);
                Scope scope = Scope.open()) {
            shake(adapter);
            int[] ids = {3, 14, 15, 9, 2, 6, 5};
            model.prefill(Rows.of(DecoderGoldenTest.pack(List.of(new int[]{3, 14, 15, 9, 2})), model.vocabulary(),
                    Device.CPU), cache);
            Tensor whole = model.head().logits(model.hidden(Tape.inference(),
                    Rows.of(DecoderGoldenTest.pack(List.of(ids)), model.vocabulary(), Device.CPU)));
            for (int at = 5; at < ids.length; at++) {
                near(model.decodeLogits(new int[]{ids[at]}, cache), whole.narrow(0, at, 1), "token " + at);
            }
        }
    }

    /** A dense copy trains in the place of codes, which come back when the adapter is off. */
    @Test
    void aModuleToSaveIsADenseCopyOfWhatItComputedWith() {
        try (Decoder model = (Decoder) open("gpt2", Quantisation.NF4)) {
            float[] plain = floats(model);
            try (Adapter adapter = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("c_fc"))
                    .withModulesToSave(List.of("c_attn")), "base", 1)) {
                assertThat(floats(model)).containsExactly(plain, within(1e-4f));
                assertThat(adapter.parameters().stream().map(Parameter::name))
                        .contains("base_model.model.transformer.h.0.attn.c_attn.weight");
                adapter.off();
                assertThat(floats(model)).containsExactly(plain);
            }
        }
    }

    @Test
    void rewardModelsStartWithAnAdapterAndADenseHead() {
        Path folder = Golden.path("models", "llama");
        try (RewardModel model = RewardModel.start(folder, HeadOptions.reward(1), DType.FLOAT32, Device.CPU,
                Quantisation.NF4); Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(2, 2), "base", 1)) {
            train(model);
            assertThat(adapter.parameters()).anyMatch(parameter -> parameter.name().endsWith("score.weight"))
                    .allMatch(parameter -> parameter.gradient().isPresent());
        }
    }

    @Test
    void bfloat16IsNearFloat32() {
        float[] wide;
        try (Model model = open("llama", Quantisation.NF4);
                Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(3, 5).withDora(true), "base", 3)) {
            shake(adapter);
            wide = floats(model);
            AdapterFolder.save(adapter, temporary, DType.FLOAT32);
        }
        try (Decoder model = Decoder.load(Golden.path("models", "llama"), DType.BFLOAT16, Device.CPU, Quantisation.NF4);
                Adapter adapter = Adapter.load(model, temporary)) {
            assertThat(floats(model)).containsExactly(wide, within(0.3f));
            train(model);
            assertThat(adapter.parameters()).allMatch(parameter -> parameter.gradient().isPresent());
        }
    }

    @Test
    void codesTakeNoAdapterUp() {
        try (Model model = open("llama", Quantisation.NF4);
                Adapter adapter = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("q_proj")), "base", 1)) {
            assertThatThrownBy(adapter::merge).isInstanceOf(ModelException.class)
                    .hasMessageContainingAll("q_proj", "quantised", "saveDequantised");
            assertThat(adapter.isOn()).isTrue();
            assertThatThrownBy(() -> ModelFolder.save(model, temporary, ModelFolder.Format.of(DType.FLOAT32)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContainingAll("quantised", "adapter", "saveDequantised");
            assertThat(temporary.resolve("config.json")).doesNotExist();
        }
    }

    @Test
    void anAdapterOfDenseTablesAloneIsMergedInPlace() {
        try (Model model = open("llama", Quantisation.NF4);
                Adapter adapter = Adapter.fresh(model, LoraSpec.of(2, 2, List.of("lm_head")), "base", 1)) {
            shake(adapter);
            float[] adapted = floats(model);
            adapter.merge();
            assertThat(floats(model)).containsExactly(adapted, within(1e-4f));
        }
    }

    /** PEFT computes PiSSA's start from the base again, which must be the base that was trained on. */
    @Test
    void aStartThatIsNotStoredNeedsTheDenseBase() throws IOException {
        try (Model model = open("llama", Quantisation.NONE);
                Adapter adapter = Adapter.fresh(model, LoraSpec.allLinear(2, 2), "base", 1)) {
            AdapterFolder.save(adapter, temporary, DType.FLOAT32);
        }
        Path config = temporary.resolve("adapter_config.json");
        String text = Files.readString(config);
        Files.writeString(config,
                text.replaceFirst("\"init_lora_weights\" : true", "\"init_lora_weights\" : \"pissa\""));
        assertThat(Files.readString(config)).isNotEqualTo(text);
        try (Model model = open("llama", Quantisation.NF4)) {
            assertThatThrownBy(() -> Adapter.load(model, temporary)).isInstanceOf(ModelException.class)
                    .hasMessageContainingAll("pissa", "quantised", "without quantisation");
            assertThat(model.adapter()).isEmpty();
        }
    }

    private static void near(Tensor actual, Tensor expected, String what) {
        DecoderGoldenTest.near(actual, expected, what);
    }

    /** Gradients of the sum of squares, one layer kept and the rest computed twice. */
    private static void train(Model model) {
        try (Scope scope = Scope.open()) {
            Tape tape = Tape.training(Randomness.of(9));
            HiddenOptions options = new HiddenOptions((t, x, r) -> x, 1);
            Rows rows = rows(model);
            Tensor result = switch (model) {
                case Decoder decoder -> decoder.head().logProbs(tape, decoder.hidden(tape, rows, options), rows);
                case RewardModel reward -> reward.scores(tape, rows, options, rows.sequences());
                case ActorCritic both -> throw new IllegalArgumentException("no model of these tests");
                case ValuedPolicy valued -> throw new IllegalArgumentException("no model of these tests");
            };
            tape.backward(result, result.mul(2));
        }
    }

    private static float[] floats(Model model) {
        try (Scope scope = Scope.open()) {
            return result(model).to(DType.FLOAT32).toFloats();
        }
    }

    private static Tensor result(Model model) {
        Supplier<Tensor> result = switch (model) {
            case Decoder decoder -> () -> decoder.head().logits(decoder.hidden(Tape.inference(), rows(model)));
            case RewardModel reward -> () -> reward.scores(Tape.inference(), rows(model));
            case ActorCritic both -> throw new IllegalArgumentException("no model of these tests");
            case ValuedPolicy valued -> throw new IllegalArgumentException("no model of these tests");
        };
        return Scope.tidy(result);
    }

    private static Rows rows(Model model) {
        Random random = new Random(2);
        int vocabulary = model.backbone().vocabulary();
        return Rows.of(DecoderGoldenTest.pack(Stream.of(5, 2, 7)
                .map(length -> random.ints(length, 3, vocabulary).toArray()).toList()), vocabulary, Device.CPU);
    }

    /** Moves every number of an adapter, so that none is at its start. */
    private static void shake(Adapter adapter) {
        try (Scope scope = Scope.open()) {
            int[] index = {0};
            adapter.parameters().forEach(parameter -> parameter.value().addInPlace(Randomness.of(77, index[0]++)
                    .normal(0.1, parameter.value().dtype(), Device.CPU, parameter.value().shape())));
        }
    }

    private static Model open(String name, Quantisation how) { return open(Golden.path("models", name), how); }

    private static Model open(Path folder, Quantisation how) {
        return Golden.json(folder.resolve("config.json")).get("architectures").get(0).asString()
                .endsWith("ForSequenceClassification")
                        ? RewardModel.load(folder, DType.FLOAT32, Device.CPU, how)
                        : Decoder.load(folder, DType.FLOAT32, Device.CPU, how);
    }
}
