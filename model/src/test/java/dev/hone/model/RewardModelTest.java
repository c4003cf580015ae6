package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import dev.hone.text.Encoded;
import dev.hone.text.Packer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RewardModelTest {
    private static final int VOCABULARY = 40;
    private static final String DECODER = """
            {"model_type": "qwen2", "vocab_size": 40, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
             "num_attention_heads": 2, "max_position_embeddings": 512, "tie_word_embeddings": true, "eos_token_id": 39,
             "initializer_range": 0.3}""";
    private static final String ENCODER = """
            {"model_type": "roberta", "vocab_size": 40, "hidden_size": 16, "intermediate_size": 24, "pad_token_id": 1,
             "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 102, "type_vocab_size": 1,
             "hidden_dropout_prob": 0.2, "attention_probs_dropout_prob": 0.2, "initializer_range": 0.3}""";

    @TempDir
    Path temporary;

    private static RewardModel model(String config, HeadOptions options) {
        return RewardModel.random(HubConfig.parse(config), options, DType.FLOAT32, Device.CPU);
    }

    /** Rows of many lengths, of which some share a rounded length and some do not. */
    private static List<Encoded> rows() {
        Random random = new Random(3);
        List<Encoded> rows = new ArrayList<>();
        for (int length : new int[]{9, 1, 33, 17, 100, 30, 64, 2, 65}) {
            rows.add(new Encoded(IntStream.range(0, length).map(i -> 2 + random.nextInt(VOCABULARY - 2)).toArray(),
                    new float[length]));
        }
        return rows;
    }

    private static Rows packed(List<Encoded> rows) { return Rows.of(Packer.batch(rows), VOCABULARY, Device.CPU); }

    @ParameterizedTest
    @ValueSource(strings = {DECODER, ENCODER})
    void aScoreDependsOnItsRowAlone(String config) {
        for (Pooling pooling : Pooling.values()) {
            try (RewardModel model = model(config, HeadOptions.reward(5).withLabels(2).withPooling(pooling))) {
                List<Encoded> rows = rows();
                List<double[]> alone = new RewardScorer(model, 1).score(rows);
                List<double[]> together = new RewardScorer(model, 100_000).score(rows);
                List<double[]> reversed = new RewardScorer(model, 150).score(rows.reversed());
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(together.get(i)).containsExactly(alone.get(i), within(1e-5));
                    assertThat(reversed.get(rows.size() - 1 - i)).containsExactly(alone.get(i), within(1e-5));
                }
                assertThat(alone.get(0)[0]).isNotCloseTo(alone.get(3)[0], within(1e-4));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {DECODER, ENCODER})
    void roundedRowsGiveTheSameScoresAndTheFillerIsLeftOut(String config) {
        try (RewardModel model = model(config, HeadOptions.reward(5)); Scope scope = Scope.open()) {
            Rows rounded = Rows.rounded(Packer.batch(rows()), VOCABULARY, Device.CPU);
            assertThat(rounded.sequences()).isEqualTo(rows().size() + 1);
            Tensor scores = model.scores(Tape.inference(), rounded, HiddenOptions.PLAIN, rows().size());
            assertThat(scores.toFloats()).containsExactly(
                    model.scores(Tape.inference(), packed(rows())).toFloats(), within(1e-5f));
        }
    }

    @Test
    void tokenScoresAreThoseOfTheRowsThatEndThere() {
        try (RewardModel model = model(DECODER, HeadOptions.reward(5))) {
            Encoded row = rows().get(5);
            List<double[]> tokens = new RewardScorer(model, 1000).tokens(List.of(rows().get(4), row)).get(1);
            assertThat(tokens).hasSize(row.length());
            for (int end : new int[]{1, 7, row.length()}) {
                Encoded prefix = new Encoded(java.util.Arrays.copyOf(row.ids(), end), new float[end]);
                assertThat(tokens.get(end - 1)[0]).isCloseTo(
                        new RewardScorer(model, 1000).score(List.of(prefix)).getFirst()[0], within(1e-5));
            }
        }
    }

    /** The tape's gradients of a sum of squared scores against differences, parameter by parameter. */
    @ParameterizedTest
    @ValueSource(strings = {DECODER, ENCODER})
    void gradientsAreThoseOfDifferences(String config) {
        for (Pooling pooling : Pooling.values()) {
            try (RewardModel model = model(config, HeadOptions.reward(5).withLabels(3).withPooling(pooling));
                    Scope scope = Scope.open()) {
                Rows rows = packed(rows());
                Tape tape = Tape.gradients();
                Tensor scores = model.scores(tape, rows, HiddenOptions.PLAIN, rows().size());
                tape.backward(scores, scores.mul(2));
                for (Parameter parameter : model.parameters()) {
                    along(model, parameter, rows);
                }
            }
        }
    }

    private static void along(RewardModel model, Parameter parameter, Rows rows) {
        try (Scope scope = Scope.open()) {
            Tensor gradient = parameter.gradient().orElseThrow();
            Tensor direction = Randomness.of(9).normal(1, DType.FLOAT32, Device.CPU, gradient.shape());
            double slope = gradient.mul(direction).sum().item();
            double step = 1e-3;
            parameter.value().addInPlace(direction, step);
            double up = squares(model, rows);
            parameter.value().addInPlace(direction, -2 * step);
            double down = squares(model, rows);
            parameter.value().addInPlace(direction, step);
            double size = Math.sqrt(gradient.square().sum().item());
            assertThat((up - down) / (2 * step)).as(parameter.name()).isCloseTo(slope,
                    within(0.02 * Math.abs(slope) + 0.02 * size + 0.02));
        }
    }

    private static double squares(RewardModel model, Rows rows) {
        double sum = 0;
        for (float score : model.scores(Tape.inference(), rows).toFloats()) {
            sum += (double) score * score;
        }
        return sum;
    }

    @Test
    void checkpointedLayersDrawTheSameDropout() {
        float[][] gradients = new float[2][];
        for (int run = 0; run < 2; run++) {
            try (RewardModel model = model(ENCODER, HeadOptions.reward(5)); Scope scope = Scope.open()) {
                Tape tape = Tape.training(Randomness.of(4));
                Tensor scores = model.scores(tape, packed(rows()), new HiddenOptions((t, x, r) -> x, run * 2),
                        rows().size());
                tape.backward(scores, scores);
                gradients[run] = model.parameters().getFirst().gradient().orElseThrow().toFloats();
            }
        }
        assertThat(gradients[1]).containsExactly(gradients[0], within(1e-4f));
    }

    @Test
    void aFrozenBackboneLeavesTheHeadToTrain() {
        try (RewardModel model = model(DECODER, HeadOptions.reward(5)); Scope scope = Scope.open()) {
            model.backbone().parameters().forEach(parameter -> parameter.trainable(false));
            Tape tape = Tape.gradients();
            Tensor scores = model.scores(tape, packed(rows()));
            tape.backward(scores, scores);
            assertThat(model.parameters().stream().filter(p -> p.gradient().isPresent())).containsExactly(
                    model.head().weight());
        }
    }

    @Test
    void scoresAreFloat32ForABf16Backbone() {
        try (RewardModel narrow = RewardModel.random(HubConfig.parse(DECODER), HeadOptions.reward(5), DType.BFLOAT16,
                Device.CPU);
                RewardModel wide = model(DECODER, HeadOptions.reward(5));
                Scope scope = Scope.open()) {
            Tape tape = Tape.gradients();
            Tensor scores = narrow.scores(tape, packed(rows()));
            assertThat(scores.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(scores.toFloats()).containsExactly(wide.scores(Tape.inference(), packed(rows())).toFloats(),
                    within(0.2f));
            tape.backward(scores, scores);
            assertThat(narrow.parameters()).allMatch(parameter -> parameter.gradient().isPresent());
        }
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void fromACausalModelWithAFreshHeadAndBack(Pooling pooling) {
        Path causal = Golden.path("models", "llama");
        HeadOptions options = HeadOptions.reward(11).withPooling(pooling).withPadToken(3);
        try (RewardModel model = RewardModel.start(causal, options, DType.FLOAT32, Device.CPU);
                RewardModel twin = RewardModel.start(causal, options, DType.FLOAT32, Device.CPU)) {
            assertThat(model.fresh()).containsExactly("score.weight");
            assertThat(model.notes()).anyMatch(note -> note.contains("score.weight"));
            model.normaliser(ScoreNormaliser.empty(1).update(List.of(new double[]{1}, new double[]{4})));
            ModelFolder.save(model, temporary, new ModelFolder.Format(DType.FLOAT32, 100_000));
            try (RewardModel again = RewardModel.load(temporary, DType.FLOAT32, Device.CPU)) {
                List<double[]> before = new RewardScorer(model, 1000).score(rows().subList(0, 4));
                List<double[]> after = new RewardScorer(again, 1000).score(rows().subList(0, 4));
                List<double[]> raw = new RewardScorer(twin, 1000).score(rows().subList(0, 4));
                for (int i = 0; i < 4; i++) {
                    assertThat(after.get(i)).containsExactly(before.get(i));
                    assertThat(after.get(i)[0]).isCloseTo((raw.get(i)[0] - 2.5) / Math.sqrt(4.5), within(1e-12));
                }
                assertThat(again.pooling()).isEqualTo(pooling);
                assertThat(again.fresh()).isEmpty();
            }
        }
        JsonNode config = Golden.json(temporary.resolve("config.json"));
        assertThat(config.get("architectures").get(0).asString()).isEqualTo("LlamaForSequenceClassification");
        assertThat(config.get("id2label").size()).isEqualTo(1);
        assertThat(config.get("pad_token_id").asInt()).isEqualTo(3);
        assertThat(config.get("problem_type").asString()).isEqualTo("regression");
    }

    @Test
    void theLanguageModelHeadIsNeitherKeptNorSaved() {
        try (RewardModel model = RewardModel.start(Golden.path("models", "llama"), HeadOptions.reward(1),
                DType.FLOAT32, Device.CPU)) {
            ModelFolder.save(model, temporary, ModelFolder.Format.of(DType.FLOAT32));
            try (SafetensorsFile file = SafetensorsFile.open(temporary.resolve("model.safetensors"))) {
                assertThat(file.names()).contains("score.weight").doesNotContain(TensorNames.HEAD);
            }
            assertThatThrownBy(((Decoder) model.backbone())::head).hasMessageContaining("no language-model head");
        }
    }

    @Test
    void aSavedHeadIsKeptWhenTrainingStartsFromIt() {
        Path folder = Golden.path("models", "bert_seqcls");
        try (RewardModel model = RewardModel.start(folder, HeadOptions.reward(1).withLabels(3), DType.FLOAT32,
                Device.CPU)) {
            assertThat(model.fresh()).isEmpty();
        }
        assertThatThrownBy(() -> RewardModel.start(folder, HeadOptions.reward(1), DType.FLOAT32, Device.CPU))
                .isInstanceOf(ModelException.class).hasMessageContaining("classifier.weight")
                .hasMessageContaining("[3, 48], expected 1 rows");
    }

    @Test
    void notesOnPadding() {
        try (RewardModel none = model(DECODER, HeadOptions.reward(1));
                RewardModel end = model(DECODER, HeadOptions.reward(1).withPadToken(39));
                RewardModel own = model(DECODER, HeadOptions.reward(1).withPadToken(38))) {
            assertThat(none.notes()).anyMatch(note -> note.contains("no pad_token_id"));
            assertThat(end.notes()).anyMatch(note -> note.contains("end token too"));
            assertThat(own.notes()).noneMatch(note -> note.contains("pad_token_id"));
        }
    }

    @Test
    void refusals() {
        Path causal = Golden.path("models", "llama");
        assertThatThrownBy(() -> RewardModel.load(causal, DType.FLOAT32, Device.CPU)).isInstanceOf(ModelException.class)
                .hasMessageContaining("no score.weight in " + causal);
        assertThatThrownBy(() -> model(DECODER, HeadOptions.reward(1).withPadToken(40)))
                .isInstanceOf(ModelException.class).hasMessageContaining("expected 0 to 39");
        assertThatThrownBy(() -> model(ENCODER, HeadOptions.reward(1).withPadToken(2)))
                .isInstanceOf(ModelException.class).hasMessageContaining("expected 1");
        assertThatThrownBy(() -> model(DECODER.replace("qwen2", "mamba"), HeadOptions.reward(1)))
                .isInstanceOf(ModelException.class).hasMessageContaining("bert").hasMessageContaining("llama");
        try (RewardModel encoder = model(ENCODER, HeadOptions.reward(1))) {
            RewardScorer scorer = new RewardScorer(encoder, 1000);
            assertThatThrownBy(() -> scorer.score(List.of(new Encoded(new int[101], new float[101]))))
                    .isInstanceOf(ModelException.class).hasMessageContaining("at most 100");
            assertThatThrownBy(() -> scorer.score(List.of(new Encoded(new int[0], new float[0]))))
                    .isInstanceOf(ModelException.class).hasMessageContaining("row 0 has no tokens");
            assertThatThrownBy(() -> encoder.normaliser(ScoreNormaliser.empty(2)))
                    .hasMessageContaining("2 labels for a model of 1");
        }
    }
}
