package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.objective.Objectives;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.TrainingJob;
import java.util.List;

/** A command for each objective on rewards: {@code hone ppo}, {@code hone grpo} … */
final class OnlineCommand implements StageCommand {
    private final Objectives.Entry entry;

    OnlineCommand(Objectives.Entry entry) { this.entry = entry; }

    @Override
    public Manual manual() {
        String name = entry.name();
        return new Manual(name, entry.summary(),
                "[config.yaml] --model DIR --data PROMPTS --out DIR --reward NAMES [--key value …]",
                """
                        Lets the model answer prompts, has the answers judged, and learns from that. Rewards are rules
                        (docs/rewards.md), a reward model, a service, or several with weights; other columns of a row,
                        such as a reference answer, reach them by name. The formula and every choice of the method are
                        in docs/objectives/%s.md. The run's folder gets what hone sft's does, and rollouts.jsonl.
                        """
                        .formatted(name),
                List.of("hone " + name + " --model models/chat --data questions.jsonl --out runs/" + name
                        + " --reward numeric_match",
                        "hone " + name + " --model models/chat --data questions.jsonl --out runs/" + name
                                + " --reward_model runs/reward/model"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return TrainCommand.settings(entry); }

    @Override
    public Makes makes() { return Makes.POLICY; }

    @Override
    public void require(Config config) { Lessons.require(JobSettings.of(config, Lessons.settings(entry))); }

    @Override
    public Outcome perform(Config config, TrainingJob.Surroundings surroundings) {
        return TrainCommand.perform(entry, config, surroundings);
    }

    @Override
    public int run(Call call, Terminal terminal) { return TrainCommand.run(entry, call, terminal); }
}
