package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.HeadOptions;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.model.RewardScorer;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.testkit.Golden;
import dev.hone.text.HubTokenizer;
import dev.hone.text.LabelledEncoder;
import dev.hone.text.LabelledOptions;
import dev.hone.text.Dataset;
import dev.hone.text.DataKind;
import dev.hone.text.EncodedPair;
import dev.hone.text.ReadOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone score --reward}. */
class RewardScoreTest {
    private static final String PAIRS = """
            {"prompt": "One?", "chosen": "Two.", "rejected": "Three, I think."}
            {"prompt": "Four?", "chosen": "Five and more.", "rejected": "No."}
            {"prompt": "Six?", "chosen": "Same.", "rejected": "Same."}
            """;

    @TempDir
    Path folder;

    private Path model;

    @BeforeEach
    void rewardModelWithTokenizer() throws IOException {
        model = Files.createDirectory(folder.resolve("reward"));
        for (String file : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(Golden.path("runs", "init", file), model.resolve(file));
        }
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(Golden.path("runs", "init_reward", file), model.resolve(file));
        }
    }

    private Path rows(String text) throws IOException { return Files.writeString(folder.resolve("rows.jsonl"), text); }

    private Cli score(Path data, String... more) {
        return Cli
                .run(Stream.concat(Stream.of("score", data.toString(), "--reward", model.toString(), "--dtype", "fp32"),
                        Stream.of(more)).toArray(String[]::new));
    }

    private static List<JsonNode> json(Cli cli) {
        return cli.lines().stream().map(JsonMapper.shared()::readTree).toList();
    }

    @Test
    void pairsGetBothScoresAndASummaryBesideTheBaselines() throws IOException {
        Path data = rows(PAIRS);
        Cli cli = score(data);
        assertThat(cli.code()).isZero();
        List<JsonNode> rows = json(cli);
        assertThat(rows).hasSize(2);
        List<EncodedPair> pairs = LabelledEncoder.plain(HubTokenizer.load(model), LabelledOptions.of(128))
                .pairs(Dataset.read(List.of(data.toString()), ReadOptions.defaults().withKind(DataKind.PREFERENCES)))
                .rows();
        int right = 0;
        try (RewardModel reward = RewardModel.load(model, DType.FLOAT32, Device.CPU)) {
            for (int i = 0; i < 2; i++) {
                List<double[]> expected = new RewardScorer(reward, 64)
                        .score(List.of(pairs.get(i).chosen(), pairs.get(i).rejected()));
                JsonNode row = rows.get(i);
                assertThat(row.get("chosen").doubleValue()).isCloseTo(expected.get(0)[0], within(1e-5));
                assertThat(row.get("rejected").doubleValue()).isCloseTo(expected.get(1)[0], within(1e-5));
                assertThat(row.get("margin").doubleValue())
                        .isCloseTo(expected.get(0)[0] - expected.get(1)[0], within(1e-5)).isNotZero();
                right += row.get("correct").booleanValue() ? 1 : 0;
                assertThat(row.get("source").stringValue()).contains("rows.jsonl, line " + (i + 1));
            }
        }
        assertThat(cli.err()).contains("2 rows (preference pair", "1 pairs of equal answers were left out",
                String.format(Locale.ROOT, "accuracy %.1f %%", 50.0 * right), "95 % interval",
                "longer wins 50.0 %", "first wins not known", "ties 0.0 %", "calibration error",
                "warning: the accuracy is not told apart from chance");
    }

    @Test
    void answersInAnOrderOfTheDataHaveThatBaselineToo() throws IOException {
        Path data = rows("""
                {"prompt": "p", "responses": ["a", "b"], "scores": [1, 2]}
                {"prompt": "q", "responses": ["c", "d"], "scores": [2, 1]}
                {"prompt": "r", "responses": ["e", "f"], "scores": [2, 1]}
                {"prompt": "s", "responses": ["g", "h"], "scores": [2, 1]}
                """);
        assertThat(score(data).err()).contains("first wins 75.0 %");
    }

    @Test
    void textsConversationsAndCompletionsGetOneScore() throws IOException {
        Cli texts = score(rows("{\"text\": \"one two\"}\n{\"text\": \"three\"}\n"));
        assertThat(json(texts)).hasSize(2).allSatisfy(row -> {
            assertThat(row.get("score").isNumber()).isTrue();
            assertThat(row.get("token_count").intValue()).isPositive();
        });
        assertThat(texts.err()).contains("2 rows", "LABEL_0: mean", "correlation with length");
        double completion = json(
                score(rows("{\"prompt\": \"Hi\", \"completion\": \"Ho\"}"), "--chat_template", "chatml"))
                .getFirst().get("score").doubleValue();
        double conversation = json(score(rows(
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}, {\"role\": \"assistant\", \"content\": \"Ho\"}]}"),
                "--chat_template", "chatml")).getFirst().get("score").doubleValue();
        double chosen = json(score(rows("{\"prompt\": \"Hi\", \"chosen\": \"Ho\", \"rejected\": \"No\"}"),
                "--chat_template", "chatml")).getFirst().get("chosen").doubleValue();
        assertThat(conversation).isEqualTo(completion);
        assertThat(chosen).isCloseTo(completion, within(1e-5));
    }

    @Test
    void labelsAreNamedWhereThereAreSeveralAndPairsThenRefused() throws IOException {
        Path config = model.resolve("config.json");
        try (RewardModel three = RewardModel.start(Cli.MODEL, HeadOptions.reward(3).withLabels(3), DType.FLOAT32,
                Device.CPU)) {
            ModelFolder.save(three, model, ModelFolder.Format.of(DType.FLOAT32));
        }
        Files.writeString(config, Files.readString(config).replace("LABEL_0", "bad").replace("LABEL_1", "fair")
                .replace("LABEL_2", "good"));
        Cli cli = score(rows("{\"text\": \"one\"}"));
        JsonNode row = json(cli).getFirst();
        JsonNode scores = row.get("scores");
        assertThat(scores.propertyNames()).containsExactly("bad", "fair", "good");
        String highest = List.of("bad", "fair", "good").stream()
                .max(Comparator.comparingDouble(name -> scores.get(name).doubleValue())).orElseThrow();
        assertThat(row.get("label").stringValue()).isEqualTo(highest);
        assertThat(cli.err()).contains("bad: mean", "good: mean");
        Cli pairs = score(rows(PAIRS));
        assertThat(pairs.code()).isEqualTo(2);
        assertThat(pairs.err()).contains("3 scores (bad, fair, good)", "expected one");
    }

    @Test
    void whatCannotBeScoredIsRefusedInWords() throws IOException {
        Path data = rows(
                "{\"messages\": [{\"role\": \"assistant\", \"content\": \"Ho\"}, {\"role\": \"user\", \"content\": \"Hi\"}]}");
        assertThat(score(data, "--chat_template", "chatml").err()).contains("line 1", "ends with a turn of the user");
        assertThat(score(rows("{\"text\": \"a\"}"), "--score", "all").err()).contains("score", "nothing beside reward");
        assertThat(score(rows("{\"text\": \"a\"}"), "--model", model.toString()).err()).contains("reward",
                "nothing beside model");
        assertThat(Cli.run("score", data.toString()).err()).contains("model", "a model folder");
        Cli head = Cli.run("score", rows("{\"text\": \"a\"}").toString(), "--reward", Cli.MODEL.toString());
        assertThat(head.code()).isEqualTo(2);
        assertThat(head.err()).contains("score head").doesNotContain("    at ");
        Cli labelled = Cli.model("score", "--data", rows("{\"text\": \"a\"}").toString(), "--pair_choice",
                "random");
        assertThat(labelled.err()).contains("pair_choice");
    }

    @Test
    void longPromptsLoseTheirStartAndLongAnswersAreNeverCut() throws IOException {
        Path data = rows("{\"prompt\": \"" + "word ".repeat(60) + "\", \"completion\": \"Ho\"}\n"
                + "{\"prompt\": \"p\", \"completion\": \"" + "word ".repeat(60) + "\"}\n");
        Cli refused = score(data, "--max_length", "30");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("line 1", "skip_long_rows");
        Cli left = score(data, "--max_length", "30", "--skip_long_rows");
        assertThat(left.err()).contains("none of the 2 samples");
    }
}
