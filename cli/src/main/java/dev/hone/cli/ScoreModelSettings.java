package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.train.ModelSettings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose scores: log-probabilities of a language model, or rewards of a reward model.
 *
 * @param model a language model
 * @param reward a reward model
 * @param dtype what is computed in
 * @param device where
 * @param threads of one op
 */
@SettingGroup("Model")
record ScoreModelSettings(
        @Setting(aliases = "model_name_or_path", doc = "Folder of a language model, which gives log-probabilities.") Optional<Path> model,
        @Setting(doc = "Folder of a reward model, which gives scores; instead of model.") Optional<Path> reward,
        @Setting(value = "bf16", doc = "What the model computes in: bf16 or fp32.") ModelSettings.Precision dtype,
        @Setting(value = "auto", doc = "auto, cpu, cuda or cuda:N.") String device,
        @Setting(value = "0", min = 0, doc = "Threads of one op; 0 = the physical cores.") int threads) {
    ScoreModelSettings {
        new Checks().require(model.isPresent() != reward.isPresent(), model.isPresent() ? "reward" : "model",
                model.isPresent() ? reward : model, model.isPresent() ? "nothing beside model" : "a model folder",
                "Give model for log-probabilities, or reward for the scores of a reward model.").done();
    }

    boolean isReward() { return reward.isPresent(); }

    ModelSettings files() { return new ModelSettings(reward.or(() -> model).orElseThrow(), dtype, device, threads); }
}
