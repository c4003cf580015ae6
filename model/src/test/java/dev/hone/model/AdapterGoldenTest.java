package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every adapter that PEFT saved for the golden folder: logits on, off and merged, gradients, and what we save of it. */
@Tag("golden")
class AdapterGoldenTest {
    private static final double ABSOLUTE = 2e-4;
    private static final double RELATIVE = 1e-4;

    @TempDir
    Path temporary;

    static Stream<Path> adapters() { return Golden.folders("lora").stream(); }

    @ParameterizedTest
    @MethodSource("adapters")
    void logitsOnAndOff(Path folder) {
        try (Model model = base(folder);
                Adapter adapter = Adapter.load(model, folder);
                Fixture golden = golden(folder)) {
            try (Scope scope = Scope.open()) {
                near(logits(model, golden), golden.get("logits_with_adapter"), golden, "on");
                near(model.withoutAdapter(() -> logits(model, golden)), golden.get("logits_adapter_disabled"), golden,
                        "off");
                near(logits(model, golden), golden.get("logits_with_adapter"), golden, "on again");
                adapter.off();
                near(logits(model, golden), golden.get("logits_adapter_disabled"), golden, "off for good");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void merged(Path folder) {
        try (Model model = base(folder); Fixture golden = golden(folder)) {
            try (Adapter adapter = Adapter.load(model, folder)) {
                adapter.merge();
            }
            try (Scope scope = Scope.open()) {
                near(logits(model, golden), golden.get("logits_merged"), golden, "merged");
            }
            Set<String> seen = new HashSet<>();
            for (Parameter parameter : model.parameters()) {
                for (Parameter.Slice slice : parameter.slices()) {
                    if (golden.has("merged." + slice.name())) {
                        try (Scope scope = Scope.open()) {
                            close(parameter.view(slice), golden.get("merged." + slice.name()), slice.name());
                        }
                        seen.add("merged." + slice.name());
                    }
                }
            }
            assertThat(seen).isNotEmpty()
                    .containsAll(golden.names().stream().filter(name -> name.startsWith("merged.")).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void aModelSavedWithItsAdapterOnIsTheMergedOne(Path folder) {
        try (Model model = base(folder);
                Adapter adapter = Adapter.load(model, folder);
                Fixture golden = golden(folder)) {
            ModelFolder.save(model, temporary, ModelFolder.Format.of(DType.FLOAT32));
            try (Model again = open(temporary); Scope scope = Scope.open()) {
                near(logits(again, golden), golden.get("logits_merged"), golden, "saved merged");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void gradients(Path folder) {
        for (int checkpointed : new int[]{0, 1000}) {
            try (Model model = base(folder);
                    Adapter adapter = Adapter.load(model, folder);
                    Fixture golden = golden(folder)) {
                try (Scope scope = Scope.open()) {
                    meanSquare(model, golden, checkpointed);
                }
                TreeMap<String, Tensor> found = new TreeMap<>();
                try (Scope scope = Scope.open()) {
                    for (Parameter parameter : adapter.parameters()) {
                        Tensor whole = parameter.gradient().orElseThrow();
                        parameter.slices()
                                .forEach(slice -> found.put(plain(slice.name()), parameter.part(whole, slice)));
                    }
                    List<String> expected = golden.names().stream().filter(name -> name.startsWith("grad.")).toList();
                    assertThat(found.keySet())
                            .containsExactlyInAnyOrderElementsOf(
                                    expected.stream().map(name -> plain(name.substring(5))).toList());
                    expected.forEach(name -> close(found.get(plain(name.substring(5))), golden.get(name), name));
                }
                assertThat(model.trainableParameters()).containsExactlyElementsOf(adapter.parameters());
                Modules.of(model).own().forEach(own -> assertThat(own.gradient()).as(own.name()).isEmpty());
            }
        }
    }

    /** PEFT puts the adapter's name into the names of a live model. */
    private static String plain(String name) {
        return name.replace(".default.weight", ".weight").replace(".modules_to_save.weight", ".weight")
                .replace("lora_magnitude_vector.weight", "lora_magnitude_vector");
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void savedAgainItHasTheSameTensorsAndSettings(Path folder) {
        try (Model model = base(folder); Adapter adapter = Adapter.load(model, folder)) {
            AdapterFolder.save(adapter, temporary, DType.FLOAT32);
            try (Fixture theirs = Fixture.open(folder.resolve(AdapterFolder.WEIGHTS));
                    Fixture ours = Fixture.open(temporary.resolve(AdapterFolder.WEIGHTS));
                    Scope scope = Scope.open()) {
                assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
                theirs.names().forEach(name -> assertThat(ours.get(name).toFloats()).as(name)
                        .containsExactly(theirs.get(name).toFloats()));
            }
            assertThat(config(temporary)).isEqualTo(config(folder));
        }
    }

    /** Starting anew with the settings that PEFT was given makes the same file but for the numbers. */
    @ParameterizedTest
    @MethodSource("adapters")
    void aFreshOneIsStoredUnderTheSameNames(Path folder) {
        AdapterSpec spec = AdapterConfig.read(folder).spec();
        try (Model model = base(folder); Adapter adapter = Adapter.fresh(model, spec, baseName(folder), 5)) {
            AdapterFolder.save(adapter, temporary, DType.FLOAT32);
            try (SafetensorsFile theirs = SafetensorsFile.open(folder.resolve(AdapterFolder.WEIGHTS));
                    SafetensorsFile ours = SafetensorsFile.open(temporary.resolve(AdapterFolder.WEIGHTS))) {
                assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
                theirs.names().forEach(name -> assertThat(ours.info(name).shape()).as(name)
                        .isEqualTo(theirs.info(name).shape()));
            }
            JsonNode ours = config(temporary);
            config(folder).properties().forEach(entry -> assertThat(values(ours.get(entry.getKey())))
                    .as(entry.getKey()).isEqualTo(values(entry.getValue())));
            assertThat(model.parameterCount()).isEqualTo(
                    Golden.json(folder.resolve("golden.json")).get("trainable_parameters").asLong());
        }
    }

    /** The lists of module names are sets. */
    static Object values(JsonNode node) {
        return node.isArray() ? new HashSet<>(node.valueStream().toList()) : node.toString();
    }

    static Model base(Path adapter) { return open(Golden.root().resolve(baseName(adapter))); }

    private static String baseName(Path adapter) {
        return Golden.json(adapter.resolve("golden.json")).get("base").asString();
    }

    static Model open(Path folder) {
        return config(folder.resolve("config.json"), "architectures").get(0).asString()
                .endsWith("ForSequenceClassification")
                        ? RewardModel.load(folder, DType.FLOAT32, Device.CPU)
                        : Decoder.load(folder, DType.FLOAT32, Device.CPU);
    }

    private static JsonNode config(Path file, String key) { return Golden.json(file).get(key); }

    private static JsonNode config(Path folder) { return Golden.json(folder.resolve(AdapterFolder.CONFIG)); }

    private static Fixture golden(Path folder) { return Fixture.open(folder.resolve("golden.safetensors")); }

    private static Rows rows(Model model, DecoderGoldenTest.Padded padded) {
        return Rows.of(DecoderGoldenTest.pack(padded.rows()), model.backbone().vocabulary(), Device.CPU);
    }

    /** Of real tokens, or of sequences. */
    private static Tensor logits(Model model, Fixture golden) {
        Rows rows = rows(model, padded(golden));
        return switch (model) {
            case Decoder decoder -> decoder.head().logits(decoder.hidden(Tape.inference(), rows));
            case RewardModel reward -> reward.scores(Tape.inference(), rows);
            case ActorCritic both -> throw new IllegalArgumentException(both + " has no logits of its own");
            case ValuedPolicy valued -> throw new IllegalArgumentException(valued + " has no logits of its own");
        };
    }

    /** Backward of the mean of the squared logits, of which those at padding are 0. */
    private static void meanSquare(Model model, Fixture golden, int checkpointed) {
        Rows rows = rows(model, padded(golden));
        long count = golden.get("logits_with_adapter").count();
        Tape tape = Tape.gradients();
        HiddenOptions options = new HiddenOptions((t, x, r) -> x, checkpointed);
        switch (model) {
            case Decoder decoder -> {
                Tensor hidden = decoder.hidden(tape, rows, options);
                Tensor byLogits = decoder.head().logits(hidden).mul(2.0 / count);
                tape.backward(hidden, byLogits.matmul(decoder.head().weight().value()));
            }
            case RewardModel reward -> {
                Tensor scores = reward.scores(tape, rows, options, rows.sequences());
                tape.backward(scores, scores.mul(2.0 / count));
            }
            case ActorCritic both -> throw new IllegalArgumentException(both + " has no logits of its own");
            case ValuedPolicy valued -> throw new IllegalArgumentException(valued + " has no logits of its own");
        }
    }

    private static DecoderGoldenTest.Padded padded(Fixture golden) {
        int[] mask = golden.ints("attention_mask");
        int[] ids = golden.ints("input_ids");
        List<int[]> rows = new ArrayList<>();
        List<Integer> real = new ArrayList<>();
        int width;
        try (Scope scope = Scope.open()) {
            width = (int) golden.get("input_ids").size(1);
        }
        for (int start = 0; start < ids.length; start += width) {
            int from = start;
            int[] places = java.util.stream.IntStream.range(from, from + width).filter(i -> mask[i] != 0).toArray();
            rows.add(java.util.Arrays.stream(places).map(i -> ids[i]).toArray());
            java.util.Arrays.stream(places).forEach(real::add);
        }
        return new DecoderGoldenTest.Padded(rows, real.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void near(Tensor actual, Tensor expected, Fixture golden, String what) {
        Tensor real = expected.rank() == 2
                ? expected
                : expected.view(-1, expected.size(2)).indexSelect(0, Tensors.indices(padded(golden).realPositions()));
        close(actual, real, what);
    }

    private static void close(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().sub(expected.abs().mul(RELATIVE)).max().item()).as(what)
                .isLessThan(ABSOLUTE);
    }
}
