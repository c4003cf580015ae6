package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.text.DataException;
import dev.hone.text.DataKind;
import dev.hone.train.LabelledSettings;
import dev.hone.train.RewardQuality;
import dev.hone.train.TrainingJob;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code hone gate}: refuses a reward model that orders pairs worse than it must, before a policy learns its mistakes. */
final class GateCommand implements StageCommand {
    @Override
    public Manual manual() {
        return new Manual("gate", "refuse a reward model that orders pairs worse than it must",
                "--reward_model DIR --data PAIRS [--gate_accuracy SHARE] [--key value …]",
                """
                        Scores pairs whose better answer is known, says how often the reward model is right, beside rules that
                        read nothing, and ends with an error where that is less often than gate_accuracy. Give pairs that
                        it did not learn from.
                        """,
                List.of("hone gate --reward_model runs/reward/model --data held-out-pairs.jsonl --gate_accuracy 0.65"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return List.of(GateSettings.class); }

    @Override
    public Makes makes() { return Makes.NOTHING; }

    @Override
    public int run(Call call, Terminal terminal) {
        perform(call.config(), new TrainingJob.Surroundings(call.words(), terminal.out(), () -> false));
        return 0;
    }

    @Override
    public Outcome perform(Config config, TrainingJob.Surroundings surroundings) {
        GateSettings gate = config.get(GateSettings.class);
        RewardQuality quality = quality(gate, surroundings);
        gate.out().ifPresent(out -> JsonFile.write(out.resolve("gate.json"), quality.numbers()));
        quality.requireAccuracy(gate.gateAccuracy(), gate.rewardModel(), "gate_accuracy");
        surroundings.out().println(String.format(Locale.ROOT, "passed: at least %.1f %% was asked for",
                100 * gate.gateAccuracy()));
        return new Outcome(true, quality.numbers());
    }

    private static RewardQuality quality(GateSettings gate, TrainingJob.Surroundings surroundings) {
        Config config = ConfigReader.of(ScoreModelSettings.class, ScoreSettings.class, LabelledSettings.class)
                .parse(Stream.concat(
                        Stream.of("--reward=" + gate.rewardModel(), "--dtype=" + gate.dtype().name().toLowerCase(
                                Locale.ROOT), "--device=" + gate.device(), "--chat_template=" + gate.chatTemplate(),
                                "--data"),
                        gate.data().stream()).toList());
        ScoreSettings scoring = config.get(ScoreSettings.class);
        LabelledSettings labelled = config.get(LabelledSettings.class);
        RewardData data = RewardData.read(scoring, labelled);
        if (data.kind() != DataKind.PREFERENCES) {
            throw new DataException("found rows of single texts in " + gate.data()
                    + ", expected pairs of a better and a worse answer: name a file of pairs as data");
        }
        Optional<Path> scores = gate.out().map(out -> out.resolve("scores.jsonl"));
        try (Results results = Results.to(scores);
                LoadedReward model = LoadedReward.open(config.get(ScoreModelSettings.class).files(),
                        scoring.chatTemplate())) {
            RewardRun run = new RewardRun(model, data, scoring);
            RewardQuality quality = run.pairs(labelled, results);
            run.summary().forEach(surroundings.out()::println);
            return quality;
        }
    }
}
