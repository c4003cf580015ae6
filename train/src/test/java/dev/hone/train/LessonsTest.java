package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelFolder;
import dev.hone.model.RewardModel;
import dev.hone.objective.Objectives;
import dev.hone.objective.PreferenceObjective;
import dev.hone.objective.UnpairedObjective;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of every objective on labelled data: what they learn, tell and leave. */
class LessonsTest {
    private static final List<String> ALWAYS = List.of("loss", "grad_norm", "learning_rate", "num_tokens", "epoch");

    @TempDir
    Path folder;

    private LessonRuns runs;

    @BeforeEach
    void runs() { runs = LessonRuns.in(folder); }

    static Stream<Objectives.Entry> labelled() {
        return Objectives.all().stream().filter(entry -> !entry.name().equals("sft"));
    }

    private static boolean policy(Objectives.Entry entry) {
        return PreferenceObjective.class.isAssignableFrom(entry.type())
                || UnpairedObjective.class.isAssignableFrom(entry.type()) || entry.name().equals("ilql");
    }

    private static List<String> metrics(Objectives.Entry entry) {
        List<String> names = new ArrayList<>(ALWAYS);
        if (policy(entry) && !entry.name().equals("ilql")) {
            names.addAll(List.of("rewards/chosen", "rewards/rejected", "logps/chosen", "logps/rejected", "entropy",
                    "mean_token_accuracy", "rewards/margins"));
        }
        names.addAll(switch (entry.name()) {
            case "ilql" -> List.of("losses/loss_q", "losses/loss_v", "losses/loss_cql", "losses/loss_awac", "entropy",
                    "values/mean", "q_values/target", "mean_token_accuracy");
            case "kto" -> List.of("kl");
            case "bco" -> List.of("delta");
            case "cpo", "cpo-simpo", "orpo", "tpo" -> List.of("nll_loss", "rewards/accuracies");
            case "dpo", "simpo" -> List.of("rewards/accuracies");
            case "reward" -> List.of("accuracy", "margin", "min_reward", "mean_reward", "max_reward");
            case "reward-regression" -> List.of("mean_reward");
            default -> List.of("accuracy");
        });
        return names;
    }

    @ParameterizedTest
    @MethodSource("labelled")
    void everyObjectiveRunsAndLeavesAModelThatOpens(Objectives.Entry entry) {
        List<String> settings = new ArrayList<>(List.of("--max_steps", "3", "--learning_rate", "1e-3", "--eval_split",
                "0.25", "--eval_steps", "3", "--samples", "1"));
        if (entry.name().equals("reward-bins")) {
            settings.addAll(List.of("--reward_bins", "2"));
        }
        RunSummary summary = runs.run(entry.name(), "run", LessonRuns.POLICY, runs.data(entry.name()),
                settings.toArray(String[]::new));
        assertThat(summary.steps()).isEqualTo(3);
        assertThat(runs.history("run").curve("loss").ys()).hasSize(3);
        assertThat(Arrays.stream(runs.history("run").curve("loss").ys()).allMatch(Double::isFinite)).isTrue();
        assertThat(summary.metrics()).containsKeys(metrics(entry).toArray(String[]::new)).containsKey("eval_loss");
        assertThat(summary.metrics().get("eval_loss")).isFinite();
        assertThat(summary.report()).content().contains("<svg").doesNotContain("NaN");
        assertThat(summary.model().resolve("tokenizer.json")).exists();
        if (policy(entry)) {
            try (Decoder model = Decoder.load(summary.model(), DType.FLOAT32, Device.CPU)) {
                assertThat(model.parameterCount()).isPositive();
            }
        } else {
            try (RewardModel model = RewardModel.load(summary.model(), DType.FLOAT32, Device.CPU)) {
                int labels = entry.name().equals("reward-bins") || entry.name().equals("prm") ? 2 : 1;
                assertThat(model.labels()).isEqualTo(labels);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpo", "kto", "reward"})
    void aSmallSetIsLearnedByHeart(String command) {
        Path start = command.equals("reward")
                ? runs.withTokenizer(Golden.path("runs", "init_reward"))
                : LessonRuns.POLICY;
        runs.run(command, "run", start, runs.data(command), "--max_steps", "30", "--learning_rate", "3e-3",
                "--per_device_train_batch_size", "12", "--lr_scheduler_type", "constant");
        double[] losses = runs.history("run").curve("loss").ys();
        assertThat(Arrays.stream(losses).skip(27).max().orElseThrow()).isLessThan(0.5 * losses[0]);
        String margin = command.equals("reward") ? "margin" : "rewards/margins";
        assertThat(runs.history("run").last(margin).orElseThrow()).isGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_seqcls", "distilbert_seqcls"})
    void encodersLearnToScore(String family) throws IOException {
        Path start = encoder(family);
        int labels = labels(start);
        RunSummary summary = runs.run(labels == 1 ? "reward-regression" : "reward-bins", "run", start,
                runs.data(labels == 1 ? "reward-regression" : "reward-bins"),
                Stream.concat(Stream.of("--max_steps", "25", "--learning_rate", "3e-3",
                        "--per_device_train_batch_size", "12"),
                        labels == 1 ? Stream.of() : Stream.of("--reward_bins", String.valueOf(labels)))
                        .toArray(String[]::new));
        double[] losses = runs.history("run").curve("loss").ys();
        assertThat(losses[losses.length - 1]).isLessThan(0.5 * losses[0]);
        try (RewardModel model = RewardModel.load(summary.model(), DType.FLOAT32, Device.CPU)) {
            assertThat(model.labels()).isEqualTo(labels);
        }
    }

    /** An encoder of the fixture's shape with as many embeddings as the tokenizer has tokens. */
    private Path encoder(String family) throws IOException {
        Path start = runs.withTokenizer(Golden.path("models", family));
        Path config = start.resolve("config.json");
        Files.writeString(config,
                Files.readString(config).replaceFirst("\"vocab_size\": \\d+", "\"vocab_size\": 512"));
        HubConfig hub = HubConfig.read(start);
        int labels = family.startsWith("bert") ? 3 : 1;
        try (RewardModel model = RewardModel.random(hub, HeadOptions.reward(1).withLabels(labels), DType.FLOAT32,
                Device.CPU)) {
            ModelFolder.save(model, start, ModelFolder.Format.of(DType.FLOAT32));
        }
        return start;
    }

    private static int labels(Path folder) {
        try (RewardModel model = RewardModel.load(folder, DType.FLOAT32, Device.CPU)) {
            return model.labels();
        }
    }

    @Test
    void aFirstStepOfDpoStandsAtItsReference() {
        runs.run("dpo", "run", LessonRuns.POLICY, runs.data("dpo"), "--max_steps", "1");
        assertThat(runs.history("run").curve("loss").ys()[0]).isCloseTo(Math.log(2), within(1e-6));
        assertThat(runs.history("run").curve("rewards/margins").ys()[0]).isCloseTo(0, within(1e-6));
    }

    @Test
    void theReferenceMayBeAnotherModel() {
        RunSummary other = runs.run("dpo", "other", LessonRuns.POLICY, runs.data("dpo"), "--max_steps", "10",
                "--learning_rate", "3e-3");
        runs.run("dpo", "run", LessonRuns.POLICY, runs.data("dpo"), "--max_steps", "1", "--ref_model",
                other.model().toString());
        assertThat(runs.history("run").curve("rewards/margins").ys()[0]).isLessThan(-0.1);
        runs.run("dpo", "moving", LessonRuns.POLICY, runs.data("dpo"), "--max_steps", "1", "--ref_model",
                other.model().toString(), "--sync_ref_model");
        assertThat(runs.history("moving").curve("rewards/margins").ys()[0])
                .isCloseTo(runs.history("run").curve("rewards/margins").ys()[0], within(1e-5));
        runs.run("dpo", "free", LessonRuns.POLICY, runs.data("dpo"), "--max_steps", "1", "--reference_free");
        assertThat(runs.history("free").curve("loss").ys()[0]).isNotCloseTo(Math.log(2), within(1e-3));
        assertThat(Files.exists(other.model().resolve("model.safetensors"))).isTrue();
    }
}
