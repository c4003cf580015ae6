package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.train.Interrupts;
import dev.hone.train.RunSummary;
import dev.hone.train.SftJob;
import dev.hone.train.TrainingJob;
import java.util.List;

/** {@code hone sft}: supervised fine-tuning. */
final class SftCommand implements StageCommand {
    @Override
    public Manual manual() {
        return new Manual("sft", "teach a model with demonstrations (supervised fine-tuning)",
                "[config.yaml] --model DIR --data FILE --out DIR [--key value …]", """
                        Trains the model to write the replies, completions or texts of the data. The run's folder gets
                        model (a Hugging Face folder with tokenizer and chat template), checkpoints, metrics.jsonl,
                        TensorBoard events and report.html. Ctrl-C ends the run after its step with a checkpoint, from
                        which --resume goes on bit for bit. Look at the data with hone data first.
                        """,
                List.of("hone sft --model models/base --data train.jsonl --out runs/chat",
                        "hone sft --model models/base --data train.jsonl --out runs/chat --learning_rate 1e-4 --packing --eval_split 0.05",
                        "hone sft --model models/base --data train.jsonl --out runs/chat --train_mode lora --learning_rate 2e-4",
                        "hone sft --model models/base --data train.jsonl --out runs/chat --resume"));
    }

    @Override
    public List<Class<? extends Record>> settings() { return SftJob.Settings.types(); }

    @Override
    public Makes makes() { return Makes.POLICY; }

    @Override
    public Outcome perform(Config config, TrainingJob.Surroundings surroundings) {
        return TrainCommand.outcome(new SftJob(SftJob.Settings.of(config), surroundings).run());
    }

    @Override
    public int run(Call call, Terminal terminal) {
        SftJob.Settings settings = SftJob.Settings.of(call.config());
        ModelFiles.requireFolder(settings.model().model());
        try (Interrupts interrupts = Interrupts.listen(signal -> terminal.note("\n" + signal
                + ": ending after this step with a checkpoint; once more ends at once, without"))) {
            RunSummary summary = new SftJob(settings,
                    new TrainingJob.Surroundings(call.words(), terminal.err(), interrupts::requested)).run();
            TrainCommand.tell(summary, terminal);
            return interrupts.exitCode().orElse(0);
        }
    }
}
