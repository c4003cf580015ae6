package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.train.Curve;
import dev.hone.train.LabelledSettings;
import dev.hone.train.RunHistory;
import dev.hone.train.RunSummary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The part of a quickstart that learns from pairs of answers: a reward model, and a policy that prefers the better one. */
final class QuickstartPreferences {
    private static final int SHOWN = 3;

    private final QuickstartFiles files;
    private final QuickstartTraining training;
    private final Terminal terminal;

    QuickstartPreferences(QuickstartFiles files, QuickstartTraining training, Terminal terminal) {
        this.files = files;
        this.training = training;
        this.terminal = terminal;
    }

    /** Writes pairs from the conversations: right answers against wrong ones. */
    void write(Corpus corpus, QuickstartSettings settings) {
        CorpusMistakes mistakes = new CorpusMistakes();
        Random random = new Random(settings.seed());
        List<CorpusPair> pairs = mistakes.pairs(corpus.instructions(), random);
        files.write(pairs.subList(0, Math.min(settings.pairs(), pairs.size())),
                mistakes.pairs(corpus.heldOut(), random));
    }

    /** Trains a reward model from the language model and tells how good it is. */
    void reward(Path model) {
        RunSummary run = training.reward(model);
        if (training.stopped()) {
            return;
        }
        score(run.model());
        terminal.result("report: " + run.report());
    }

    /** Scores the held-out pairs, as {@code hone score --reward} does. */
    private void score(Path reward) {
        Path out = files.reward().resolve("scores.jsonl");
        Config config = ConfigReader.of(ScoreModelSettings.class, ScoreSettings.class, LabelledSettings.class)
                .parse(List.of("--reward", reward.toString(), "--data", files.heldOutPairs().toString(), "--out",
                        out.toString()));
        ScoreSettings settings = config.get(ScoreSettings.class);
        LabelledSettings labelled = config.get(LabelledSettings.class);
        try (Results results = Results.open(Optional.of(out), terminal);
                LoadedReward model = LoadedReward.open(config.get(ScoreModelSettings.class).files(),
                        settings.chatTemplate())) {
            RewardRun run = new RewardRun(model, RewardData.read(settings, labelled), settings);
            run.pairs(labelled, results);
            terminal.result("On pairs that it never saw:");
            run.summary().forEach(line -> terminal.result("  " + line));
        }
    }

    /** Lets the language model earn the reward model's scores for its own answers, and tells what changed. */
    void earn(Path model, QuickstartAnswers answers, List<String> before) {
        RunSummary run = training.earn(model, files.reward().resolve("model"));
        if (training.stopped()) {
            return;
        }
        Curve rewards = RunHistory.read(files.rewarded().resolve("metrics.jsonl")).curve("reward");
        int third = Math.max(1, rewards.size() / 3);
        terminal.result(String.format(Locale.ROOT,
                "Mean reward of its answers: %.2f in the first third of the run, %.2f in the last; %.2f nats per answer"
                        + " from where it began",
                mean(rewards, 0, third),
                mean(rewards, rewards.size() - third, rewards.size()),
                run.metrics().getOrDefault("objective/kl", Double.NaN)));
        answers.changes(before, answers.of(run.model()), SHOWN);
        terminal.result("model:  " + run.model());
        terminal.result("report: " + run.report());
    }

    private static double mean(Curve curve, int from, int to) {
        return Arrays.stream(curve.ys(), from, to).average().orElse(Double.NaN);
    }

    /** Trains the language model to prefer the right answers, and tells what changed. */
    void prefer(Path model, QuickstartAnswers answers, List<String> before) {
        RunSummary run = training.prefer(model);
        if (training.stopped()) {
            return;
        }
        Map<String, Double> last = run.metrics();
        terminal.result(String.format(Locale.ROOT,
                "On the held-out pairs: rewards/margins 0 before, as the reference is where it starts, %.3f after;%n"
                        + "  the right answer's log-probability rose more in %.1f %% of them (chosen %+.3f, rejected %+.3f)",
                last.get("eval_rewards/margins"), 100 * last.getOrDefault("eval_rewards/accuracies", Double.NaN),
                last.get("eval_rewards/chosen"), last.get("eval_rewards/rejected")));
        answers.changes(before, answers.of(run.model()), SHOWN);
        terminal.result("model:  " + run.model());
        terminal.result("report: " + run.report());
    }
}
