package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Parameter;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every causal checkpoint of the golden folder: logits, hidden states, log-probabilities, loss and gradients. */
@Tag("golden")
class DecoderGoldenTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path temporary;

    static Stream<Path> models() { return Golden.folders("models").stream(); }

    @ParameterizedTest
    @MethodSource("models")
    void singleRow(Path folder) {
        assumeCausal(folder);
        try (Decoder model = load(folder); Fixture golden = fixture(folder); Scope scope = Scope.open()) {
            Rows rows = rows(model, pack(List.of(golden.ints("single.input_ids"))));
            near(logits(model, rows), golden.get("single.logits").squeeze(0), "logits");
            near(model.head().logProbs(Tape.inference(), model.hidden(Tape.inference(), rows), rows),
                    golden.get("single.logprobs").squeeze(0), "log-probs");
            List<Tensor> states = model.hiddenStates(rows);
            for (int k = 0; k < states.size(); k++) {
                near(states.get(k), golden.get("single.hidden." + k).squeeze(0), "hidden state " + k);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void olderConfigKeysGiveTheSameModel(Path folder) throws IOException {
        assumeCausal(folder);
        assumeTrue(Files.exists(folder.resolve("config_legacy.json")), "no older configuration");
        ModelSpec now = Families.of(HubConfig.read(folder)).spec().apply(HubConfig.read(folder));
        Files.copy(folder.resolve("config_legacy.json"), temporary.resolve("config.json"));
        HubConfig older = HubConfig.read(temporary);
        assertThat(Families.of(older).spec().apply(older)).isEqualTo(now);
    }

    @ParameterizedTest
    @MethodSource("models")
    void paddedRowsOfEitherSideAsPackedRows(Path folder) {
        assumeCausal(folder);
        boolean positionsPassed = Golden.json(folder.resolve("golden.json")).path("position_ids_passed").asBoolean();
        try (Decoder model = load(folder); Fixture golden = fixture(folder)) {
            for (String side : positionsPassed ? List.of("right", "left") : List.of("right")) {
                try (Scope scope = Scope.open()) {
                    Padded padded = Padded.of(golden, side);
                    Tensor packed = logits(model, rows(model, pack(padded.rows())));
                    Tensor expected = golden.get(side + ".logits").view(-1, model.vocabulary())
                            .indexSelect(0, Tensors.indices(padded.realPositions()));
                    near(packed, expected, side + " logits");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void lossAndGradients(Path folder) {
        assumeCausal(folder);
        JsonNode expected = Golden.json(folder.resolve("golden.json"));
        for (int checkpointed : new int[]{0, 1000}) {
            try (Decoder model = load(folder); Fixture golden = fixture(folder); Scope scope = Scope.open()) {
                Rows rows = rows(model, pack(Padded.of(golden, "right").rows()));
                Tape tape = Tape.gradients();
                Tensor hidden = model.hidden(tape, rows, new HiddenOptions((t, x, r) -> x, checkpointed));
                double[] loss = {0};
                double divisor = rows.predicted();
                model.head().sweep(tape, hidden, rows, (readings, weights) -> {
                    loss[0] -= readings.logProbs().sum().item() / divisor;
                    return new TokenHead.Derivatives(Tensors.zerosLike(weights).sub(1 / divisor),
                            Tensors.zerosLike(weights));
                });
                tape.run();
                assertThat(loss[0]).isCloseTo(expected.get("loss").asDouble(),
                        org.assertj.core.data.Offset.offset(1e-5));
                gradients(model, expected.get("grad"));
            }
        }
    }

    private static void gradients(Decoder model, JsonNode expected) {
        List<String> seen = new ArrayList<>();
        for (Parameter parameter : model.parameters()) {
            Tensor whole = parameter.gradient().orElseThrow();
            for (Parameter.Slice slice : parameter.slices()) {
                Tensor gradient = parameter.part(whole, slice).to(DType.FLOAT64);
                JsonNode both = expected.get(slice.name());
                double norm = Math.sqrt(gradient.square().sum().item());
                double goldenNorm = both.isArray()
                        ? both.get(0).asDouble()
                        : both.path("norm").asDouble(both.path("l2").asDouble());
                assertThat(norm).as("gradient norm of " + slice.name()).isCloseTo(goldenNorm,
                        org.assertj.core.data.Offset.offset(1e-3 * goldenNorm + 1e-7));
                seen.add(slice.name());
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(expected.propertyNames());
    }

    @ParameterizedTest
    @MethodSource("models")
    void savedAndReadAgainIsTheSameModel(Path folder) {
        assumeCausal(folder);
        try (Decoder model = load(folder); Fixture golden = fixture(folder)) {
            ModelFolder.save(model, temporary, new ModelFolder.Format(DType.FLOAT32, 100_000));
            try (Decoder again = load(temporary); Scope scope = Scope.open()) {
                Rows rows = rows(model, pack(List.of(golden.ints("single.input_ids"))));
                assertThat(logits(again, rows).toFloats()).containsExactly(logits(model, rows).toFloats());
            }
        }
    }

    /** Rows of a padded batch without their padding. */
    record Padded(List<int[]> rows, int[] realPositions) {
        static Padded of(Fixture golden, String side) {
            int[] mask = golden.ints(side + ".attention_mask");
            int[] ids = golden.ints(side + ".input_ids");
            int width;
            try (Scope scope = Scope.open()) {
                width = (int) golden.get(side + ".input_ids").size(1);
            }
            List<int[]> rows = new ArrayList<>();
            List<Integer> real = new ArrayList<>();
            for (int start = 0; start < ids.length; start += width) {
                List<Integer> row = new ArrayList<>();
                for (int i = start; i < start + width; i++) {
                    if (mask[i] != 0) {
                        row.add(ids[i]);
                        real.add(i);
                    }
                }
                rows.add(row.stream().mapToInt(Integer::intValue).toArray());
            }
            return new Padded(rows, real.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    static Packed pack(List<int[]> rows) {
        int[] starts = new int[rows.size() + 1];
        for (int n = 0; n < rows.size(); n++) {
            starts[n + 1] = starts[n] + rows.get(n).length;
        }
        int[] ids = rows.stream().flatMapToInt(Arrays::stream).toArray();
        float[] weight = new float[ids.length];
        Arrays.fill(weight, 1);
        return new Packed(ids, starts, weight);
    }

    private static Rows rows(Decoder model, Packed packed) { return Rows.of(packed, model.vocabulary(), Device.CPU); }

    private static Tensor logits(Decoder model, Rows rows) {
        return model.head().logits(model.hidden(Tape.inference(), rows));
    }

    private static Decoder load(Path folder) { return Decoder.load(folder, DType.FLOAT32, Device.CPU); }

    private static Fixture fixture(Path folder) { return Fixture.open(folder.resolve("golden.safetensors")); }

    static void assumeCausal(Path folder) {
        String family = Golden.json(folder.resolve("config.json")).get("model_type").asString();
        assumeTrue(Families.known().contains(family), "family " + family + " is not there yet");
        try (Fixture golden = fixture(folder)) {
            assumeTrue(golden.has("single.logits"), "not a causal model");
        }
    }

    static void near(Tensor actual, Tensor expected, String what) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        Tensor excess = actual.sub(expected).abs().sub(expected.abs().mul(TOLERANCE)).max();
        assertThat(excess.item()).as(what).isLessThan(TOLERANCE);
    }
}
