package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.objective.Objectives;
import dev.hone.train.JobSettings;
import dev.hone.train.Lessons;
import dev.hone.train.RunSummary;
import dev.hone.train.SftJob;
import dev.hone.train.TrainingJob;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The five runs of a quickstart, each as its command would do it. */
final class QuickstartTraining {
    private static final String COSINE = "--lr_scheduler_type=cosine_with_min_lr";
    private static final String LEAST = "--lr_scheduler_kwargs=min_lr_rate=0.1";

    private final QuickstartSettings settings;
    private final QuickstartFiles files;
    private final Terminal terminal;
    private final BooleanSupplier stop;

    QuickstartTraining(QuickstartSettings settings, Terminal terminal, BooleanSupplier stop) {
        this.settings = settings;
        this.files = new QuickstartFiles(settings.out());
        this.terminal = terminal;
        this.stop = stop;
    }

    /** Whether the user asked for an end. */
    boolean stopped() { return stop.getAsBoolean(); }

    RunSummary pretrain() {
        return demonstrations(Map.of("model", files.base().toString(), "data", files.documents().toString(), "out",
                files.pretraining().toString(), "num_train_epochs", "1", "learning_rate", "3e-3"));
    }

    RunSummary tune(Path model) {
        return demonstrations(Map.of("model", model.toString(), "data", files.instructions().toString(), "eval_data",
                files.heldOut().toString(), "out", files.sft().toString(), "num_train_epochs",
                Double.toString(settings.epochs()), "learning_rate", "1.5e-3"));
    }

    /** A reward model that starts from this language model. */
    RunSummary reward(Path model) {
        return pairs("reward", Map.of("model", model.toString(), "out", files.reward().toString(), "learning_rate",
                "5e-4", "num_train_epochs", "1"));
    }

    /** A policy that starts from this language model and is held near to it. */
    RunSummary prefer(Path model) {
        return pairs("dpo", Map.of("model", model.toString(), "out", files.preferred().toString(), "learning_rate",
                "1e-4", "num_train_epochs", "1"));
    }

    /** A policy that starts from this language model and earns rewards for its own answers; the critic starts as the reward model. */
    RunSummary earn(Path model, Path reward) {
        return job("ppo", words(List.of("--lr_scheduler_type=constant_with_warmup"),
                Map.of("model", model.toString(), "reward_model", reward.toString(), "value_model", reward.toString(),
                        "data", files.instructions().toString(), "out", files.rewarded().toString(), "learning_rate",
                        "2e-4", "max_steps", Integer.toString(settings.rewardSteps()), "per_device_train_batch_size",
                        "64", "max_completion_length", "48")));
    }

    private RunSummary demonstrations(Map<String, String> own) {
        List<String> words = words(
                List.of(COSINE, LEAST, "--packing", "true", "--max_length", "256", "--per_device_train_batch_size",
                        "2", "--weight_decay", "0.1"),
                own);
        Config config = ConfigReader.of(SftJob.Settings.types()).parse(words);
        return new SftJob(SftJob.Settings.of(config), surroundings(words)).run();
    }

    private RunSummary pairs(String command, Map<String, String> own) {
        List<String> words = words(List.of(COSINE, LEAST, "--data", files.pairs().toString(), "--eval_data",
                files.heldOutPairs().toString(), "--per_device_train_batch_size", "16"),
                own);
        return job(command, words);
    }

    private RunSummary job(String command, List<String> words) {
        List<Class<? extends Record>> types = Lessons.settings(Objectives.find(command).orElseThrow());
        Config config = ConfigReader.of(JobSettings.types(types)).parse(words);
        return Lessons.job(JobSettings.of(config, types), surroundings(words)).run();
    }

    /** What all runs share, before what is a run's own. */
    private List<String> words(List<String> kind, Map<String, String> own) {
        List<String> words = new ArrayList<>(List.of("--warmup_ratio", "0.05", "--adam_beta2", "0.95",
                "--overwrite", "true", "--save_steps", "0", "--logging_steps", "5", "--seed",
                Long.toString(settings.seed())));
        words.addAll(kind);
        own.forEach((key, value) -> words.addAll(List.of("--" + key, value)));
        return words;
    }

    private TrainingJob.Surroundings surroundings(List<String> words) {
        return new TrainingJob.Surroundings(words, terminal.err(), stop);
    }
}
