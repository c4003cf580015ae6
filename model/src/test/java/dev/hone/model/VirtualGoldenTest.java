package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsWriter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.testkit.Golden;
import dev.hone.text.Packed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every adapter of virtual tokens that PEFT saved: logits, generation, gradients, and what we save of it. */
@Tag("golden")
class VirtualGoldenTest {
    private static final double ABSOLUTE = 2e-4;
    private static final double RELATIVE = 1e-4;

    @TempDir
    Path temporary;

    static Stream<Path> adapters() { return Golden.folders("prompt_tuning").stream(); }

    @ParameterizedTest
    @MethodSource("adapters")
    void logitsOnAndOff(Path folder) {
        try (Model model = AdapterGoldenTest.base(folder);
                Adapter adapter = Adapter.load(model, folder);
                Fixture golden = golden(folder)) {
            try (Scope scope = Scope.open()) {
                for (boolean rounded : new boolean[]{false, true}) {
                    close(logits(model, golden, rounded), golden.get("logits"), "on, rounded " + rounded);
                }
                if (golden.has("logits_off")) {
                    close(model.withoutAdapter(() -> logits(model, golden, false)), golden.get("logits_off"), "off");
                    close(logits(model, golden, false), golden.get("logits"), "on again");
                    adapter.off();
                    close(logits(model, golden, true), golden.get("logits_off"), "off for good");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void whatIsWrittenFromACacheIsWhatPeftWrites(Path folder) {
        try (Model model = AdapterGoldenTest.base(folder);
                Adapter adapter = Adapter.load(model, folder);
                Fixture golden = golden(folder)) {
            if (!(model instanceof Decoder decoder)) {
                return;
            }
            int[] expected = golden.ints("generated");
            int[] prompt = Arrays.copyOf(golden.ints("ids"), golden.ints("starts")[1]);
            List<Integer> written = new ArrayList<>();
            try (KvCache cache = decoder.cache(1, prompt.length + expected.length); Scope scope = Scope.open()) {
                Packed packed = new Packed(prompt, new int[]{0, prompt.length}, new float[prompt.length]);
                Tensor hidden = decoder.prefill(Rows.rounded(packed, decoder.vocabulary(), Device.CPU), cache);
                assertThat(cache.length(0)).isEqualTo(prompt.length);
                written.add(best(decoder.head().logits(hidden)));
                while (written.size() < expected.length) {
                    written.add(best(decoder.decodeLogits(new int[]{written.getLast()}, cache)));
                }
            }
            assertThat(written.stream().mapToInt(Integer::intValue).toArray()).isEqualTo(expected);
            assertThat(adapter.virtualTokens()).isEqualTo(decoder.virtualTokens()).isPositive();
        }
    }

    private static int best(Tensor logits) { return (int) logits.argmax(-1).toLongs()[0]; }

    @ParameterizedTest
    @MethodSource("adapters")
    void gradients(Path folder) throws IOException {
        Path whole = withEncoder(folder);
        for (int checkpointed : new int[]{0, 1, 1000}) {
            try (Model model = AdapterGoldenTest.base(folder);
                    Adapter adapter = Adapter.load(model, whole);
                    Fixture golden = golden(folder)) {
                try (Scope scope = Scope.open()) {
                    meanSquare(model, golden, checkpointed);
                }
                try (Scope scope = Scope.open()) {
                    Map<String, Tensor> found = gradients(adapter);
                    List<String> expected = golden.names().stream().filter(name -> name.startsWith("grad.")).toList();
                    assertThat(found.keySet())
                            .containsExactlyInAnyOrderElementsOf(expected.stream().map(n -> n.substring(5)).toList());
                    expected.forEach(name -> close(found.get(name.substring(5)), golden.get(name), name));
                }
                assertThat(model.trainableParameters()).containsExactlyElementsOf(adapter.parameters());
                Modules.of(model).own().forEach(own -> assertThat(own.gradient()).as(own.name()).isEmpty());
            }
        }
    }

    /** Under PEFT's names, which has the parameters of all layers side by side. */
    private static Map<String, Tensor> gradients(Adapter adapter) {
        Map<String, Tensor> found = new TreeMap<>();
        Map<String, List<Tensor>> layers = new TreeMap<>();
        boolean projected = adapter.parameters().stream().anyMatch(p -> p.name().contains("transform.0"));
        for (Parameter parameter : adapter.parameters()) {
            String name = parameter.name();
            Tensor gradient = parameter.gradient().orElseThrow();
            if (name.startsWith("prompt_encoder.layers.")) {
                String which = name.substring(name.lastIndexOf('.') + 1);
                layers.computeIfAbsent(projected
                        ? "prompt_encoder.transform.2." + which
                        : "prompt_encoder.embedding.weight", none -> new ArrayList<>()).add(gradient);
            } else {
                found.put(name.equals("prompt_embeddings") ? "prompt_encoder.embedding.weight" : name, gradient);
            }
        }
        layers.forEach((name, all) -> found.put(name, Tensors.cat(all, projected ? 0 : 1)));
        return found;
    }

    /** A folder with the parts of a projection as a checkpoint has them, or the adapter's own. */
    private Path withEncoder(Path folder) throws IOException {
        try (Fixture golden = golden(folder);
                Fixture saved = Fixture.open(folder.resolve(AdapterFolder.WEIGHTS));
                Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new TreeMap<>();
            saved.names().forEach(name -> tensors.put(name, saved.get(name)));
            for (String name : golden.names()) {
                if (name.startsWith("encoder.prompt_encoder.transform.2.")) {
                    Tensor all = golden.get(name);
                    int layers = 2;
                    long rows = all.size(0) / layers;
                    for (int layer = 0; layer < layers; layer++) {
                        tensors.put("prompt_encoder.layers." + layer + name.substring(name.lastIndexOf('.')),
                                all.narrow(0, layer * rows, rows).contiguous());
                    }
                } else if (name.startsWith("encoder.")) {
                    tensors.put(name.substring("encoder.".length()), golden.get(name));
                }
            }
            Path whole = Files.createDirectories(temporary.resolve("whole"));
            Files.copy(folder.resolve(AdapterFolder.CONFIG), whole.resolve(AdapterFolder.CONFIG));
            SafetensorsWriter.write(whole.resolve(AdapterFolder.WEIGHTS), tensors.entrySet().stream()
                    .map(entry -> AdapterFolder.entry(new AdapterPart.Stored(entry.getKey(), entry.getValue().shape(),
                            weights -> entry.getValue()), DType.FLOAT32, Parameter::value))
                    .toList());
            return whole;
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void savedAgainItHasTheSameTensorsAndSettings(Path folder) throws IOException {
        for (Path source : List.of(folder, withEncoder(folder))) {
            try (Model model = AdapterGoldenTest.base(folder); Adapter adapter = Adapter.load(model, source)) {
                AdapterFolder.save(adapter, temporary, DType.FLOAT32);
                try (Fixture theirs = Fixture.open(folder.resolve(AdapterFolder.WEIGHTS));
                        Fixture ours = Fixture.open(temporary.resolve(AdapterFolder.WEIGHTS));
                        Scope scope = Scope.open()) {
                    assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
                    theirs.names().forEach(name -> close(ours.get(name), theirs.get(name), name));
                }
                assertThat(config(temporary)).isEqualTo(config(folder));
            }
        }
    }

    /** Starting anew with the settings that PEFT was given makes the same file but for the numbers. */
    @ParameterizedTest
    @MethodSource("adapters")
    void aFreshOneIsStoredUnderTheSameNames(Path folder) {
        AdapterSpec spec = AdapterConfig.read(folder).spec();
        String base = config(folder).get("base_model_name_or_path").asString();
        try (Model model = AdapterGoldenTest.base(folder); Adapter adapter = Adapter.fresh(model, spec, base, 5)) {
            AdapterFolder.save(adapter, temporary, DType.FLOAT32);
            try (Fixture theirs = Fixture.open(folder.resolve(AdapterFolder.WEIGHTS));
                    Fixture ours = Fixture.open(temporary.resolve(AdapterFolder.WEIGHTS));
                    Scope scope = Scope.open()) {
                assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
                theirs.names().forEach(name -> assertThat(ours.get(name).shape()).as(name)
                        .isEqualTo(theirs.get(name).shape()));
            }
            JsonNode ours = config(temporary);
            config(folder).properties().forEach(entry -> assertThat(AdapterGoldenTest.values(ours.get(entry.getKey())))
                    .as(entry.getKey()).isEqualTo(AdapterGoldenTest.values(entry.getValue())));
        }
    }

    private static JsonNode config(Path folder) { return Golden.json(folder.resolve(AdapterFolder.CONFIG)); }

    private static Fixture golden(Path folder) { return Fixture.open(folder.resolve("golden.safetensors")); }

    private static Rows rows(Model model, Fixture golden, boolean rounded) {
        int[] ids = golden.ints("ids");
        Packed packed = new Packed(ids, golden.ints("starts"), new float[ids.length]);
        int vocabulary = model.backbone().vocabulary();
        return rounded ? Rows.rounded(packed, vocabulary, Device.CPU) : Rows.of(packed, vocabulary, Device.CPU);
    }

    /** Of given tokens, or of sequences. */
    private static Tensor logits(Model model, Fixture golden, boolean rounded) {
        Rows rows = rows(model, golden, rounded);
        return switch (model) {
            case Decoder decoder -> decoder.head().logits(decoder.hidden(Tape.inference(), rows))
                    .narrow(0, 0, golden.ints("ids").length);
            case RewardModel reward -> reward.scores(Tape.inference(), rows, HiddenOptions.PLAIN, rows.given());
            case ActorCritic _,ValuedPolicy _ ->
                throw new IllegalArgumentException(model + " has no logits of its own");
        };
    }

    private static void meanSquare(Model model, Fixture golden, int checkpointed) {
        Rows rows = rows(model, golden, false);
        Tape tape = Tape.gradients();
        HiddenOptions options = new HiddenOptions((t, x, r) -> x, checkpointed);
        switch (model) {
            case Decoder decoder -> {
                Tensor hidden = decoder.hidden(tape, rows, options);
                Tensor logits = decoder.head().logits(hidden);
                tape.backward(hidden, logits.mul(2.0 / logits.count()).matmul(decoder.head().weight().value()));
            }
            case RewardModel reward -> {
                Tensor scores = reward.scores(tape, rows, options, rows.sequences());
                tape.backward(scores, scores.mul(2.0 / scores.count()));
            }
            case ActorCritic _,ValuedPolicy _ ->
                throw new IllegalArgumentException(model + " has no logits of its own");
        }
    }

    private static void close(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().sub(expected.abs().mul(RELATIVE)).max().item()).as(what)
                .isLessThan(ABSOLUTE);
    }
}
