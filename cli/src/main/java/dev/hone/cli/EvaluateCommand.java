package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.train.ComparisonSettings;
import dev.hone.train.DataSettings;
import dev.hone.train.ModelSettings;
import dev.hone.train.PolicyComparison;
import dev.hone.train.RewardSettings;
import dev.hone.train.TrainingJob;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** {@code hone evaluate}: what answers to held-out prompts are worth, before and after a training. */
final class EvaluateCommand implements StageCommand {
    @Override
    public Manual manual() {
        return new Manual("evaluate", "mean rewards of a model's answers, and how often they beat another model's",
                "--model DIR [--before DIR] --data PROMPTS --out DIR --reward NAMES | --reward_model DIR [--key value …]",
                """
                        Lets a model answer prompts and has the answers judged by the rewards of docs/rewards.md. With
                        before, another model answers the same prompts: the win rate is the share of prompts at which the
                        model's answer is worth more (a tie counts half), by the reward model where there is one, else by
                        the sum of all rewards. Writes evaluation.json and, with every answer, answers.jsonl.
                        """,
                List.of("hone evaluate --model runs/ppo/model --before runs/chat/model --data held-out.jsonl"
                        + " --reward_model runs/reward/model --out runs/eval"));
    }

    @Override
    public List<Class<? extends Record>> settings() {
        return List.of(ModelSettings.class, DataSettings.class, RewardSettings.class, ComparisonSettings.class);
    }

    @Override
    public Makes makes() { return Makes.NOTHING; }

    @Override
    public void require(Config config) { comparison(config); }

    @Override
    public int run(Call call, Terminal terminal) {
        ModelFiles.requireFolder(call.get(ModelSettings.class).model());
        call.get(ComparisonSettings.class).before().ifPresent(ModelFiles::requireFolder);
        tell(comparison(call.config()).run(terminal.err()), terminal.out());
        terminal.result("written to " + call.get(ComparisonSettings.class).out());
        return 0;
    }

    @Override
    public Outcome perform(Config config, TrainingJob.Surroundings surroundings) {
        PolicyComparison.Result result = comparison(config).run(surroundings.out());
        tell(result, surroundings.out());
        return new Outcome(true, result.numbers());
    }

    private static PolicyComparison comparison(Config config) {
        return new PolicyComparison(config.get(ModelSettings.class), config.get(DataSettings.class),
                config.get(RewardSettings.class), config.get(ComparisonSettings.class));
    }

    private static void tell(PolicyComparison.Result result, PrintStream out) {
        result.after().forEach((name, value) -> {
            Double before = result.before().get(name);
            out.println(before == null
                    ? String.format(Locale.ROOT, "%s: %.4f", name, value)
                    : String.format(Locale.ROOT, "%s: %.4f before, %.4f after", name, before, value));
        });
        result.wins().ifPresent(wins -> out.println(String.format(Locale.ROOT,
                "win rate by %s: %.1f %% of %d prompts (95 %% interval %.1f to %.1f %%), ties %.1f %%", wins.by(),
                100 * wins.rate(), wins.pairs(), 100 * wins.interval().low(), 100 * wins.interval().high(),
                100 * wins.ties())));
    }
}
