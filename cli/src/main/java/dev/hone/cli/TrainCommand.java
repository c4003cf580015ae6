package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.Objectives;
import dev.hone.objective.PreferenceObjective;
import dev.hone.objective.UnpairedObjective;
import dev.hone.train.Interrupts;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunLoop;
import dev.hone.train.RunSummary;
import dev.hone.train.TrainingJob;
import java.util.List;

/** A command for each objective on labelled data: {@code hone dpo}, {@code hone reward} … */
final class TrainCommand implements StageCommand {
    /** Exit code of a run that went too far and ended with earlier weights. */
    private static final int ROLLED_BACK = 3;

    private final Objectives.Entry entry;

    TrainCommand(Objectives.Entry entry) { this.entry = entry; }

    @Override
    public Manual manual() {
        String name = entry.name();
        return new Manual(name, entry.summary(), "[config.yaml] --model DIR --data FILE --out DIR [--key value …]",
                """
                        Trains on labelled data; its shapes are in docs/data.md, the formula and every choice in
                        docs/objectives/%s.md. The run's folder gets what hone sft's does, and runs resume likewise.
                        Look at the data with hone data first.
                        """.formatted(name),
                List.of("hone " + name + " --model models/chat --data labelled.jsonl --out runs/" + name,
                        "hone " + name + " --model models/chat --data labelled.jsonl --out runs/" + name
                                + " --learning_rate 1e-6 --eval_split 0.1"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return settings(entry); }

    static List<Class<? extends Record>> settings(Objectives.Entry entry) {
        return JobSettings.types(Lessons.settings(entry));
    }

    /** A model that is trained on rows which score answers scores answers itself. */
    @Override
    public Makes makes() {
        boolean policy = PreferenceObjective.class.isAssignableFrom(entry.type())
                || UnpairedObjective.class.isAssignableFrom(entry.type())
                || Objectives.signals(entry.type()) == IlqlSignals.class;
        return policy ? Makes.POLICY : Makes.REWARD_MODEL;
    }

    @Override
    public Outcome perform(Config config, TrainingJob.Surroundings surroundings) {
        return perform(entry, config, surroundings);
    }

    static Outcome perform(Objectives.Entry entry, Config config, TrainingJob.Surroundings surroundings) {
        return outcome(Lessons.job(JobSettings.of(config, Lessons.settings(entry)), surroundings).run());
    }

    static Outcome outcome(RunSummary summary) {
        return new Outcome(summary.end() != RunLoop.End.INTERRUPTED, summary.metrics());
    }

    @Override
    public int run(Call call, Terminal terminal) { return run(entry, call, terminal); }

    static int run(Objectives.Entry entry, Call call, Terminal terminal) {
        JobSettings settings = JobSettings.of(call.config(), Lessons.settings(entry));
        ModelFiles.requireFolder(settings.model().model());
        try (Interrupts interrupts = Interrupts.listen(signal -> terminal.note("\n" + signal
                + ": ending after this step with a checkpoint; once more ends at once, without"))) {
            RunSummary summary = Lessons.job(settings,
                    new TrainingJob.Surroundings(call.words(), terminal.err(), interrupts::requested)).run();
            tell(summary, terminal);
            return interrupts.exitCode().orElse(summary.end() == RunLoop.End.ROLLED_BACK ? ROLLED_BACK : 0);
        }
    }

    static void tell(RunSummary summary, Terminal terminal) {
        if (summary.end() == RunLoop.End.INTERRUPTED) {
            terminal.note("stopped after step " + summary.steps() + "; go on with the same command and --resume");
        } else {
            terminal.result("model:  " + summary.model()
                    + (summary.end() == RunLoop.End.ROLLED_BACK ? " (after step " + summary.steps() + ")" : ""));
        }
        terminal.result("report: " + summary.report());
    }
}
