package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.SafetensorsWriter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A quantised model against the dense model of the numbers that its codes stand for. */
class QuantisedModelTest {
    @TempDir
    Path temporary;

    static Stream<Arguments> cases() {
        List<Quantisation> all = List.of(Quantisation.NF4, new Quantisation(Quantisation.Kind.NF4, 32, false),
                Quantisation.INT8);
        return Stream.of("llama", "llama_sharded", "qwen2_tied", "qwen3", "gpt2")
                .flatMap(name -> all.stream().map(how -> Arguments.of(name, how)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Tag("golden")
    void computesWhatItsDequantisedSelfComputes(String name, Quantisation how) {
        try (Decoder model = load(name, how)) {
            ModelFolder.saveDequantised(model, temporary, ModelFolder.Format.of(DType.FLOAT32));
            try (Decoder dense = Decoder.load(temporary, DType.FLOAT32, Device.CPU)) {
                assertThat(dense.quantised()).isEmpty();
                assertThat(model.quantised()).hasSize(4 * model.spec().size().layers());
                for (int[] lengths : new int[][]{{1}, {2}, {9, 1, 30}}) {
                    try (Scope scope = Scope.open()) {
                        Rows rows = rows(model, lengths);
                        DecoderGoldenTest.near(logits(model, rows), logits(dense, rows), name + " " + how);
                    }
                }
                gradientsAgree(model, dense);
            }
        }
    }

    private static void gradientsAgree(Decoder model, Decoder dense) {
        try (Scope scope = Scope.open()) {
            for (Decoder each : List.of(model, dense)) {
                Tape tape = Tape.gradients();
                // one layer kept and the rest computed twice
                Tensor hidden = each.hidden(tape, rows(each, new int[]{9, 1, 30}),
                        new HiddenOptions((t, x, r) -> x, 1));
                tape.backward(hidden, hidden.copy());
            }
            List<Parameter> expected = dense.parameters();
            for (Parameter parameter : model.parameters()) {
                Parameter same = expected.stream().filter(p -> p.name().equals(parameter.name())).findFirst()
                        .orElseThrow();
                if (same.gradient().isPresent()) {
                    DecoderGoldenTest.near(parameter.gradient().orElseThrow().div(10),
                            same.gradient().orElseThrow().div(10), "gradient of " + parameter.name());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Tag("golden")
    void decodesWithACacheWhatItReadsWhole(String name, Quantisation how) {
        try (Decoder model = load(name, how); KvCache cache = model.cache(3, 40); Scope scope = Scope.open()) {
            int[][] full = {ids(model, 20, 1), ids(model, 20, 2), ids(model, 20, 3)};
            Rows prompts = Rows.of(DecoderGoldenTest.pack(Stream.of(full).map(row -> Arrays.copyOf(row, 11)).toList()),
                    model.vocabulary(), Device.CPU);
            model.prefill(prompts, cache);
            Tensor expected = logits(model,
                    Rows.of(DecoderGoldenTest.pack(List.of(full)), model.vocabulary(), Device.CPU));
            for (int at = 11; at < 20; at++) {
                int place = at;
                Tensor decoded = model.decodeLogits(Stream.of(full).mapToInt(row -> row[place]).toArray(), cache);
                for (int n = 0; n < 3; n++) {
                    DecoderGoldenTest.near(decoded.narrow(0, n, 1), expected.narrow(0, n * 20L + at, 1), "token " + at);
                }
            }
        }
    }

    @Test
    @Tag("golden")
    void staysNearTheModelItCameFrom() {
        try (Decoder dense = load("llama", Quantisation.NONE);
                Decoder int8 = load("llama", Quantisation.INT8);
                Decoder nf4 = load("llama", Quantisation.NF4);
                Scope scope = Scope.open()) {
            Tensor exact = logits(dense, rows(dense, new int[]{30}));
            double scale = exact.square().mean().sqrt().item();
            double byInt8 = logits(int8, rows(dense, new int[]{30})).sub(exact).square().mean().sqrt().item() / scale;
            double byNf4 = logits(nf4, rows(dense, new int[]{30})).sub(exact).square().mean().sqrt().item() / scale;
            assertThat(byInt8).isBetween(1e-5, 0.06);
            assertThat(byNf4).isBetween(2 * byInt8, 0.6);
        }
    }

    @Test
    @Tag("golden")
    void matricesOfLayersAreCodesAndTheRestIsDense() {
        try (Decoder model = load("qwen2_tied", Quantisation.NF4);
                Decoder dense = load("qwen2_tied",
                        Quantisation.NONE)) {
            assertThat(model.parameters().stream().map(Parameter::name))
                    .noneMatch(name -> name.contains("_proj.weight"))
                    .anyMatch(name -> name.contains("q_proj.bias")).anyMatch(name -> name.contains("embed_tokens"))
                    .anyMatch(name -> name.contains("norm.weight"));
            long numbers = model.quantised().stream().mapToLong(QuantisedWeight::count).sum();
            long rest = model.parameters().stream().mapToLong(p -> p.value().count()).sum();
            assertThat(numbers + rest).isEqualTo(dense.parameterCount());
            // small matrices have a group of scales and a mean of their own each
            assertThat(model.quantised().stream().mapToLong(QuantisedWeight::bytes).sum() * 8.0 / numbers)
                    .isCloseTo(4.14, within(0.05));
            assertThat(model.parameters().stream().noneMatch(p -> p.value().dtype() != DType.FLOAT32)).isTrue();
        }
    }

    @Test
    @Tag("golden")
    void fullWeightsOfAQuantisedModelAreNotSavedUnasked() {
        try (Decoder model = load("llama", Quantisation.NF4)) {
            assertThatThrownBy(() -> ModelFolder.save(model, temporary, ModelFolder.Format.of(DType.FLOAT32)))
                    .isInstanceOf(ModelException.class).hasMessageContaining("quantised")
                    .hasMessageContaining("adapter").hasMessageContaining("saveDequantised");
            assertThat(temporary.resolve("config.json")).doesNotExist();
        }
    }

    @ParameterizedTest
    @MethodSource("scored")
    @Tag("golden")
    void rewardModelsKeepTheirHeadDense(String name) {
        Path folder = Golden.path("models", name);
        try (RewardModel model = RewardModel.load(folder, DType.FLOAT32, Device.CPU, Quantisation.NF4);
                RewardModel started = RewardModel.start(folder, HeadOptions.reward(1).withLabels(model.labels()),
                        DType.FLOAT32, Device.CPU, Quantisation.NF4)) {
            ModelFolder.saveDequantised(model, temporary, ModelFolder.Format.of(DType.FLOAT32));
            try (RewardModel dense = RewardModel.load(temporary, DType.FLOAT32, Device.CPU);
                    RewardModel original = RewardModel.load(folder, DType.FLOAT32, Device.CPU);
                    Scope scope = Scope.open()) {
                assertThat(model.quantised()).isNotEmpty();
                assertThat(model.head().weight().value().toFloats())
                        .containsExactly(original.head().weight().value().toFloats());
                Rows rows = Rows.of(DecoderGoldenTest.pack(List.of(new int[]{3, 9, 4, 7}, new int[]{5, 8})),
                        model.backbone().vocabulary(), Device.CPU);
                DecoderGoldenTest.near(model.scores(Tape.inference(), rows), dense.scores(Tape.inference(), rows),
                        name);
                DecoderGoldenTest.near(started.scores(Tape.inference(), rows), model.scores(Tape.inference(), rows),
                        name);
            }
        }
    }

    static Stream<String> scored() {
        return Stream.of("llama_seqcls", "qwen2_seqcls", "bert_seqcls", "roberta_seqcls");
    }

    @Test
    @Tag("golden")
    void refusesNumbersThatAreNotFiniteAndNamesThem() throws IOException {
        spoiled("model.layers.1.mlp.up_proj.weight");
        assertThatThrownBy(() -> Decoder.load(temporary, DType.FLOAT32, Device.CPU, Quantisation.NF4))
                .isInstanceOf(ModelException.class).hasMessageContaining("model.layers.1.mlp.up_proj.weight")
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Decoder.load(temporary, DType.FLOAT32, Device.CPU, Quantisation.INT8))
                .isInstanceOf(ModelException.class).hasMessageContaining("NaN");
    }

    @Test
    @Tag("golden")
    void missingMatricesAreReportedAsOfADenseModel() throws IOException {
        Path folder = Golden.path("models", "llama");
        Files.writeString(temporary.resolve("config.json"),
                Files.readString(folder.resolve("config.json")).replace("\"num_hidden_layers\": 2",
                        "\"num_hidden_layers\": 3"));
        Files.copy(folder.resolve("model.safetensors"), temporary.resolve("model.safetensors"));
        assertThatThrownBy(() -> Decoder.load(temporary, DType.FLOAT32, Device.CPU, Quantisation.NF4))
                .isInstanceOf(ModelException.class).hasMessageContaining("missing: model.layers.2");
    }

    @Test
    void refusesBlocksThatNf4DoesNotHave() {
        assertThatThrownBy(() -> new Quantisation(Quantisation.Kind.NF4, 100, true)).isInstanceOf(ModelException.class)
                .hasMessageContaining("blocks of 100").hasMessageContaining("power of two");
    }

    /** Golden's Llama with one number of one tensor made NaN. */
    private void spoiled(String name) throws IOException {
        Path folder = Golden.path("models", "llama");
        Files.copy(folder.resolve("config.json"), temporary.resolve("config.json"));
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
            List<SafetensorsEntry> entries = new ArrayList<>();
            for (String each : file.names()) {
                byte[] bytes = file.data(each).toArray(ValueLayout.JAVA_BYTE);
                if (each.equals(name)) {
                    MemorySegment.ofArray(bytes).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 40, Float.NaN);
                }
                entries.add(SafetensorsEntry.of(each, file.info(each).dtype(), file.info(each).shape(),
                        MemorySegment.ofArray(bytes)));
            }
            SafetensorsWriter.write(temporary.resolve("model.safetensors"), entries);
        }
    }

    private static Decoder load(String name, Quantisation how) {
        return Decoder.load(Golden.path("models", name), DType.FLOAT32, Device.CPU, how);
    }

    private static int[] ids(Decoder model, int length, long seed) {
        return new Random(seed).ints(length, 0, model.vocabulary()).toArray();
    }

    private static Rows rows(Decoder model, int[] lengths) {
        List<int[]> rows = Arrays.stream(lengths).mapToObj(length -> ids(model, length, length)).toList();
        return Rows.of(DecoderGoldenTest.pack(rows), model.vocabulary(), Device.CPU);
    }

    private static Tensor logits(Decoder model, Rows rows) {
        return model.head().logits(model.hidden(Tape.inference(), rows));
    }
}
