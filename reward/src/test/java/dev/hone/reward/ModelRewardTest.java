package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.config.ConfigException;
import dev.hone.model.HeadOptions;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.model.RewardScorer;
import dev.hone.model.ScoreNormaliser;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.testkit.Golden;
import dev.hone.text.ChatTemplate;
import dev.hone.text.ConversationRenderer;
import dev.hone.text.DataKind;
import dev.hone.text.Dataset;
import dev.hone.text.EncodedGraded;
import dev.hone.text.HubTokenizer;
import dev.hone.text.LabelledEncoder;
import dev.hone.text.LabelledOptions;
import dev.hone.text.Message;
import dev.hone.text.ReadOptions;
import dev.hone.rollout.StopReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRewardTest {
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

    private List<Score> score(String more, RewardInput... inputs) {
        try (ModelReward reward = (ModelReward) Rule
                .of("model(path='" + model + "', dtype=fp32, device=cpu" + more + ")")) {
            return reward.scoreAll(List.of(inputs));
        }
    }

    /** What {@code hone score} does with rows of a file: the same reader, encoder and scorer. */
    private List<double[]> asTheCommand(LabelledEncoder encoder, String rows) throws IOException {
        Path file = Files.writeString(folder.resolve("rows.jsonl"), rows);
        List<EncodedGraded> encoded = encoder.graded(
                Dataset.read(List.of(file.toString()), ReadOptions.defaults().withKind(DataKind.GRADED))).rows();
        try (RewardModel reward = RewardModel.load(model, DType.FLOAT32, Device.CPU)) {
            return new RewardScorer(reward, 4096).score(encoded.stream().map(EncodedGraded::row).toList());
        }
    }

    private static RewardInput chat(String prompt, String completion) {
        return RewardInput.text(prompt, completion, Map.of("answer", "Five."));
    }

    /** The ids are those of some policy with another tokenizer: they mean nothing here. */
    @Test
    void scoresAreThoseOfTheModelsOwnTokenizerAndTemplate() throws IOException {
        LabelledEncoder encoder = LabelledEncoder.chat(HubTokenizer.load(model),
                ConversationRenderer.of(ChatTemplate.named("chatml")), LabelledOptions.of(128));
        List<double[]> expected = asTheCommand(encoder, """
                {"prompt": "One?", "completion": "Two, I think.", "score": 0}
                {"prompt": "Three?", "completion": "Four", "score": 0}
                """);
        List<Score> scores = score(", chat_template=chatml", chat("One?", "Two, I think.").withIds(100_000, 3),
                chat("Three?", "Four").withIds(7));
        assertThat(scores.get(0).total()).isCloseTo(expected.get(0)[0], within(1e-6));
        assertThat(scores.get(1).total()).isCloseTo(expected.get(1)[0], within(1e-6))
                .isNotEqualTo(scores.get(0).total());
    }

    @Test
    void plainTextsFollowTheirPromptAsTheyAre() throws IOException {
        List<double[]> expected = asTheCommand(LabelledEncoder.plain(HubTokenizer.load(model), LabelledOptions.of(128)),
                "{\"prompt\": \"Once\", \"completion\": \" upon a time\", \"score\": 0}");
        RewardInput input = new RewardInput(List.of(), "Once", " upon a time", new int[0], new float[0],
                StopReason.LENGTH, Map.of(), 0);
        assertThat(score("", input).getFirst().total()).isCloseTo(expected.getFirst()[0], within(1e-6));
    }

    @Test
    void aReferenceAnswersScoreIsTakenOff() {
        List<Score> own = score("", chat("One?", "Two."), chat("One?", "Five."));
        List<Score> relative = score(", relative_to=answer", chat("One?", "Two."), chat("One?", "Five."),
                RewardInput.text("One?", "Two.", Map.of()));
        assertThat(relative.get(0).total()).isCloseTo(own.get(0).total() - own.get(1).total(), within(1e-6));
        assertThat(relative.get(1).total()).isCloseTo(0, within(1e-6));
        assertThat(relative.get(2)).isEqualTo(Score.unusable("the row has no answer to compare with"));
    }

    @Test
    void clippedAndScaled() {
        double own = score("", chat("One?", "Two.")).getFirst().total();
        double clip = Math.abs(own) / 2;
        assertThat(score(", scale=3", chat("One?", "Two.")).getFirst().total()).isCloseTo(3 * own, within(1e-5));
        assertThat(score(", clip=" + clip + ", scale=2", chat("One?", "Two.")).getFirst().total())
                .isCloseTo(2 * Math.copySign(clip, own), within(1e-6));
    }

    @Test
    void theSavedNormaliserIsUsedUnlessRefused() {
        double own = score("", chat("One?", "Two.")).getFirst().total();
        try (RewardModel reward = RewardModel.load(model, DType.FLOAT32, Device.CPU)) {
            reward.normaliser(new ScoreNormaliser(10, List.of(2.0), List.of(4.0)));
            ModelFolder.save(reward, model, ModelFolder.Format.of(DType.FLOAT32));
        }
        assertThat(score("", chat("One?", "Two.")).getFirst().total()).isCloseTo((own - 2) / 4, within(1e-6));
        assertThat(score(", normalise=false", chat("One?", "Two.")).getFirst().total()).isCloseTo(own, within(1e-6));
        assertThat(score(", output=log_odds", chat("One?", "Two.")).getFirst().total()).isCloseTo(own, within(1e-6));
    }

    @Test
    void aClassifiersLabelAsLogOddsOrProbability() throws IOException {
        try (RewardModel three = RewardModel.start(Golden.path("runs", "init"), HeadOptions.reward(3).withLabels(3),
                DType.FLOAT32, Device.CPU)) {
            ModelFolder.save(three, model, ModelFolder.Format.of(DType.FLOAT32));
        }
        Path config = model.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("LABEL_0", "bad").replace("LABEL_1", "fair")
                .replace("LABEL_2", "good"));
        double sum = 0;
        for (String label : List.of("bad", "fair", "good")) {
            double probability = score(", output=probability, label=" + label, chat("One?", "Two.")).getFirst().total();
            double odds = score(", output=log_odds, label=" + label, chat("One?", "Two.")).getFirst().total();
            assertThat(odds).isCloseTo(Math.log(probability / (1 - probability)), within(1e-5));
            sum += probability;
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        assertThatThrownBy(() -> score(", label=god", chat("a", "b"))).isInstanceOf(ConfigException.class)
                .hasMessageContaining("bad, fair, good").hasMessageContaining("Did you mean good?");
        assertThatThrownBy(() -> score("", chat("a", "b"))).isInstanceOf(ConfigException.class)
                .hasMessageContaining("found nothing");
    }

    @Test
    void whatDoesNotFitSpoilsNoOther() {
        List<Score> scores = score(", max_length=40", chat("One?", "Two."), chat("One?", "word ".repeat(100)));
        assertThat(scores.get(0).usable()).isTrue();
        assertThat(((Score.Unusable) scores.get(1)).reason()).contains("the reward model cannot read it", "40");
    }

    @Test
    void severalTurnsNeedATemplate() {
        RewardInput dialogue = new RewardInput(List.of(Message.user("a"), Message.assistant("b"), Message.user("c")),
                "a\nb\nc", "d", new int[0], new float[0], StopReason.END_TOKEN, Map.of(), 0);
        assertThat(((Score.Unusable) score("", dialogue).getFirst()).reason()).contains("chat template");
        assertThat(score(", chat_template=chatml", dialogue).getFirst().usable()).isTrue();
    }

    @Test
    void mistakesAreToldBeforeAnythingIsRead() {
        assertThatThrownBy(() -> Rule.of("model(path=/no/such/folder)")).isInstanceOf(ConfigException.class)
                .hasMessageContaining("/no/such/folder");
        assertThatThrownBy(() -> RewardRules.parse(List.of("model")))
                .hasMessageContaining("model.path: found no value");
    }
}
