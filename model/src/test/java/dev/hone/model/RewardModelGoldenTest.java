package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every sequence-classification checkpoint of the golden folder: logits, gradients, and what a saved copy holds. */
@Tag("golden")
class RewardModelGoldenTest {

    @TempDir
    Path temporary;

    static Stream<Path> models() {
        return Golden.folders("models").stream().filter(folder -> Golden.json(folder.resolve("config.json"))
                .path("architectures").path(0).asString("").endsWith("ForSequenceClassification"));
    }

    @ParameterizedTest
    @MethodSource("models")
    void paddedRowsOfEitherSideAsPackedRows(Path folder) {
        try (RewardModel model = load(folder); Fixture golden = fixture(folder)) {
            List<String> sides = Stream.of("right", "left").filter(side -> golden.has(side + ".logits")).toList();
            assertThat(sides).isNotEmpty();
            for (String side : sides) {
                try (Scope scope = Scope.open()) {
                    DecoderGoldenTest.near(model.scores(Tape.inference(), rows(model, golden, side)),
                            golden.get(side + ".logits"), side + " logits");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void tokenTypes(Path folder) {
        try (RewardModel model = load(folder); Fixture golden = fixture(folder); Scope scope = Scope.open()) {
            assumeTrue(golden.has("right.logits_with_token_type"), "the family has no token types");
            int[] padded = golden.ints("right.token_type_ids");
            int[] real = DecoderGoldenTest.Padded.of(golden, "right").realPositions();
            int[] types = java.util.Arrays.stream(real).map(i -> padded[i]).toArray();
            Rows rows = rows(model, golden, "right");
            Tensor hidden = ((Encoder) model.backbone()).hidden(Tape.inference(), rows, HiddenOptions.PLAIN, types);
            DecoderGoldenTest.near(model.scores(Tape.inference(), hidden, rows.starts()),
                    golden.get("right.logits_with_token_type"), "logits with token types");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients(Path folder) {
        JsonNode expected = Golden.json(folder.resolve("golden.json"));
        for (int checkpointed : new int[]{0, 1000}) {
            try (RewardModel model = load(folder); Fixture golden = fixture(folder); Scope scope = Scope.open()) {
                Rows rows = rows(model, golden, "right");
                Tape tape = Tape.gradients();
                HiddenOptions options = new HiddenOptions((t, x, r) -> x, checkpointed);
                Tensor scores = model.scores(tape, rows, options, rows.sequences());
                double value = expected.get("mean_squared_logit").asDouble();
                assertThat(scores.square().mean().item()).isCloseTo(value, within(1e-4 * value));
                tape.backward(scores, scores.mul(2.0 / scores.count()));
                gradients(model, expected.get("grad"));
            }
        }
    }

    private static void gradients(RewardModel model, JsonNode expected) {
        List<String> seen = new ArrayList<>();
        for (Parameter parameter : model.parameters()) {
            Tensor whole = parameter.gradient().orElseThrow();
            for (Parameter.Slice slice : parameter.slices()) {
                double norm = Math
                        .sqrt(parameter.part(whole, slice).to(DType.FLOAT64).square().sum().item());
                double goldenNorm = expected.get(slice.name()).get("l2").asDouble();
                // what is 0 in exact arithmetic, as the gradient of a key's bias, is rounding of larger terms
                assertThat(norm).as("gradient norm of " + slice.name()).isCloseTo(goldenNorm,
                        within(1e-3 * goldenNorm + 1e-4));
                seen.add(slice.name());
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(expected.propertyNames());
    }

    @ParameterizedTest
    @MethodSource("models")
    void savedAndReadAgainIsTheSameModelUnderTheSameNames(Path folder) {
        try (RewardModel model = load(folder); Fixture golden = fixture(folder)) {
            ModelFolder.save(model, temporary, ModelFolder.Format.of(DType.FLOAT32));
            try (SafetensorsFile theirs = SafetensorsFile.open(folder.resolve("model.safetensors"));
                    SafetensorsFile ours = SafetensorsFile.open(temporary.resolve("model.safetensors"))) {
                assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
            }
            JsonNode config = Golden.json(folder.resolve("config.json"));
            JsonNode saved = Golden.json(temporary.resolve("config.json"));
            for (String key : config.propertyNames()) {
                assertThat(saved.get(key)).as(key).isEqualTo(config.get(key));
            }
            try (RewardModel again = load(temporary); Scope scope = Scope.open()) {
                assertThat(again.scores(Tape.inference(), rows(again, golden, "right")).toFloats())
                        .containsExactly(model.scores(Tape.inference(), rows(model, golden, "right")).toFloats());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void olderConfigKeysGiveTheSameModel(Path folder) throws IOException {
        assumeTrue(Files.exists(folder.resolve("config_legacy.json")), "no older configuration");
        Files.copy(folder.resolve("config_legacy.json"), temporary.resolve("config.json"));
        Files.copy(folder.resolve("model.safetensors"), temporary.resolve("model.safetensors"));
        try (RewardModel model = load(temporary); Fixture golden = fixture(folder); Scope scope = Scope.open()) {
            DecoderGoldenTest.near(model.scores(Tape.inference(), rows(model, golden, "right")),
                    golden.get("right.logits"), "logits");
        }
    }

    static Stream<Path> runs() {
        return Golden.folders("runs").stream().filter(run -> Files.exists(run.resolve("golden.json")) && Golden
                .json(run.resolve("golden.json")).path("trainer").asString("").equals("RewardTrainer"));
    }

    /** The first step of a training run, before anything is learned: rows are [chosen; rejected]. */
    @ParameterizedTest
    @MethodSource("runs")
    void rewardsBeforeTheFirstStep(Path run) {
        JsonNode logged = Golden.json(run.resolve("golden.json")).get("history").get(0);
        try (RewardModel model = load(Golden.path("runs", "init_reward"));
                Fixture batches = Fixture.open(run.resolve("batches.safetensors"));
                Scope scope = Scope.open()) {
            float[] rewards = model.scores(Tape.inference(), rows(model, batches, "step0.micro0")).toFloats();
            int pairs = rewards.length / 2;
            double sum = 0;
            double margin = 0;
            for (int i = 0; i < pairs; i++) {
                sum += rewards[i] + rewards[i + pairs];
                margin += rewards[i] - rewards[i + pairs];
            }
            assertThat(sum / (2 * pairs)).isCloseTo(logged.get("mean_reward").asDouble(), within(1e-5));
            assertThat(margin / pairs).isCloseTo(logged.get("margin").asDouble(), within(1e-5));
        }
    }

    private static Rows rows(RewardModel model, Fixture golden, String side) {
        List<int[]> rows = DecoderGoldenTest.Padded.of(golden, side).rows();
        return Rows.of(DecoderGoldenTest.pack(rows), model.backbone().vocabulary(), Device.CPU);
    }

    private static RewardModel load(Path folder) { return RewardModel.load(folder, DType.FLOAT32, Device.CPU); }

    private static Fixture fixture(Path folder) { return Fixture.open(folder.resolve("golden.safetensors")); }
}
