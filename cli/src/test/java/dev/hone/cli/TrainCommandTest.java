package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.model.HeadOptions;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on labelled data: a run ends with a model, and what cannot be trained on is told in words. */
class TrainCommandTest {
    private static final String PAIR = "{\"prompt\": \"Say %d\", \"chosen\": \" It is.\", \"rejected\": \" No, %d.\"}";
    private static final String JUDGED = "{\"prompt\": \"Say %d\", \"completion\": \" It is %d.\", \"label\": %s}";

    @TempDir
    Path folder;

    private Cli train(String command, List<String> rows, String... more) throws IOException {
        Path data = Files.write(folder.resolve("rows.jsonl"), rows);
        List<String> args = new ArrayList<>(List.of("--data", data.toString(), "--out",
                folder.resolve("run").toString(), "--chat_template", "none", "--samples", "0", "--max_steps", "2"));
        args.addAll(List.of(more));
        return Cli.model(command, args.toArray(String[]::new));
    }

    private static List<String> pairs(int count) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(PAIR.formatted(i, i));
        }
        return rows;
    }

    private static List<String> judged(int count, boolean mixed) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(JUDGED.formatted(i, i, !mixed || i % 2 == 0));
        }
        return rows;
    }

    private void refused(Cli cli, String... words) {
        assertThat(cli.err()).contains(words).doesNotContain("    at ", "should not have happened");
        assertThat(cli.code()).as(cli.err()).isEqualTo(2);
        assertThat(folder.resolve("run/model")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "simpo", "kto", "reward"})
    void aRunEndsWithAModel(String command) throws IOException {
        Cli cli = train(command, command.equals("kto") ? judged(6, true) : pairs(6));
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.out()).contains("model:  " + folder.resolve("run/model"), "report: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "reward"})
    void chosenEqualsRejectedEverywhere(String command) throws IOException {
        refused(train(command, Collections.nCopies(4,
                "{\"prompt\": \"Say\", \"chosen\": \" same\", \"rejected\": \" same\"}")), "equal answers");
    }

    @Test
    void anEmptyCompletionHasFileLineAndField() throws IOException {
        List<String> rows = pairs(4);
        rows.set(2, "{\"prompt\": \"Say\", \"chosen\": \"\", \"rejected\": \" no\"}");
        refused(train("dpo", rows), "rows.jsonl, line 3", "chosen");
    }

    @Test
    void neitherAnAnswerNorAPromptMayFillTheWindowAndARowThatIsTooLongLosesTheStartOfItsPrompt() throws IOException {
        List<String> rows = pairs(4);
        rows.set(1, "{\"prompt\": \"Say\", \"chosen\": \" " + "word ".repeat(60) + "\", \"rejected\": \" no\"}");
        refused(train("dpo", rows, "--max_length", "30"), "line 2", "skip_long_rows");
        rows.set(1, "{\"prompt\": \"" + "word ".repeat(60) + "\", \"chosen\": \" yes\", \"rejected\": \" no\"}");
        refused(train("dpo", rows, "--max_length", "30"), "line 2", "the prompt has", "max_length");
        rows.set(1, "{\"prompt\": \"" + "word ".repeat(12) + "\", \"chosen\": \" " + "word ".repeat(6)
                + "\", \"rejected\": \" no\"}");
        Cli cli = train("dpo", rows, "--max_length", "30");
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kto", "bco"})
    void verdictsThatAreAllAlike(String command) throws IOException {
        refused(train(command, judged(6, false)), "label");
    }

    @ParameterizedTest
    @CsvSource({"kto,--beta,0.1", "bco,--beta,0.1", "dpo,--loss_type,aot"})
    void aStepOfOneRowWhereRowsAreCompared(String command, String key, String value) throws IOException {
        refused(train(command, command.equals("dpo") ? pairs(6) : judged(6, true), key, value,
                "--per_device_train_batch_size", "1"), "per_device_train_batch_size", "at least 2");
    }

    @Test
    void labelsAndScoresThatAreNoNumbers() throws IOException {
        List<String> rows = judged(6, true);
        rows.set(3, "{\"prompt\": \"Say\", \"completion\": \" It\", \"label\": \"NaN\"}");
        refused(train("kto", rows), "line 4", "label");
        refused(train("reward-regression", List.of("{\"text\": \"one\", \"score\": 1}",
                "{\"text\": \"two\", \"score\": \"NaN\"}")), "line 2", "score");
        refused(train("reward-bins", List.of("{\"text\": \"one\", \"score\": 1}", "{\"text\": \"two\", \"score\": 7}"),
                "--reward_bins", "2"), "line 2", "7", "reward_bins");
        refused(train("reward-bins", List.of("{\"text\": \"one\", \"score\": 1}", "{\"text\": \"two\", \"score\": 7}"),
                "--reward_bins", "2", "--eval_split", "0.5"), "line 2", "7", "reward_bins");
    }

    @Test
    void promptsMayWeighUndesirableRows() throws IOException {
        Cli cli = train("bco", judged(6, true), "--density_ratio");
        assertThat(cli.code()).as(cli.err()).isZero();
    }

    @Test
    void misspeltKeysOfAnObjective() throws IOException {
        refused(train("dpo", pairs(4), "--label_smothing", "0.1"), "label_smothing", "Did you mean", "label_smoothing");
        refused(train("kto", judged(4, true), "--ref_modell", "x"), "ref_modell", "ref_model");
        refused(train("dpo", pairs(4), "--loss_type", "sigmod"), "loss_type", "sigmoid");
    }

    @Test
    void aHeadWithOtherLabels() throws IOException {
        Path model = Files.createDirectory(folder.resolve("three"));
        for (String file : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(Cli.MODEL.resolve(file), model.resolve(file));
        }
        try (RewardModel three = RewardModel.start(Cli.MODEL, HeadOptions.reward(3).withLabels(3), DType.FLOAT32,
                Device.CPU)) {
            ModelFolder.save(three, model, ModelFolder.Format.of(DType.FLOAT32));
        }
        Path data = Files.write(folder.resolve("rows.jsonl"), pairs(4));
        refused(Cli.run("reward", "--model", model.toString(), "--data", data.toString(), "--chat_template", "none",
                "--out", folder.resolve("run").toString()), "score.weight", "[3, ", "expected 1 rows");
    }
}
