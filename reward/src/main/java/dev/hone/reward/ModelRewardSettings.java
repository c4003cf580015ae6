package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A reward model or classifier as a reward.
 *
 * @param path its folder
 * @param output what is made of its scores
 * @param label which of its labels
 * @param normalise whether its own normaliser is used
 * @param relativeTo column of a reference answer
 * @param clip the greatest absolute value
 * @param scale a factor
 * @param chatTemplate how turns are written
 * @param maxLength the longest row
 * @param microbatchTokens tokens that go through it together
 * @param dtype to compute in
 * @param device to compute on
 */
@SettingGroup("model")
public record ModelRewardSettings(
        @Setting(required = true, doc = "Folder of the reward model or classifier, with its own tokenizer.") Path path,
        @Setting(value = "score", doc = "What is made of it: its score as it is, or of a classifier the log-odds or probability of"
                + " the label.") Output output,
        @Setting(doc = "Which label counts; empty where the model has one.") String label,
        @Setting(value = "true", doc = "Apply the normaliser that the model keeps, if it does and output is score.") boolean normalise,
        @Setting(doc = "Column with a reference answer whose own score is taken off; empty = none.") String relativeTo,
        @Setting(above = 0, doc = "The greatest absolute value, before scale.") Optional<Double> clip,
        @Setting(value = "1", doc = "The result is multiplied by it.") double scale,
        @Setting(doc = "Chat template: a built-in name, a .jinja file, none, or empty = the model's.") String chatTemplate,
        @Setting(value = "0", min = 0, doc = "Longest row in tokens, longer ones lose the start of their prompt; 0 = what the"
                + " model was made for.") int maxLength,
        @Setting(value = "4096", min = 1, doc = "Tokens that go through the model together.") int microbatchTokens,
        @Setting(value = "bf16", doc = "Number type to compute in.") Precision dtype,
        @Setting(value = "auto", doc = "auto, cpu, cuda or cuda:N.") String device)
        implements
            RewardSpec {
    /** What is made of scores. */
    public enum Output {
        SCORE, LOG_ODDS, PROBABILITY
    }

    /** Number types. */
    public enum Precision {
        BF16(DType.BFLOAT16), FP32(DType.FLOAT32);

        private final DType dtype;

        Precision(DType dtype) { this.dtype = dtype; }

        DType dtype() { return dtype; }
    }

    public ModelRewardSettings {
        if (!device.equals("auto")) {
            Device.parse(device);
        }
        new Checks().require(maxLength != 1, "max_length", maxLength, "0, or at least 2").done();
    }

    /** @throws dev.hone.config.ConfigException for a folder, device or label that is not there */
    @Override
    public ModelReward open() {
        new Checks().require(Files.isDirectory(path), "path", path, "a folder with a trained reward model").done();
        return ModelReward.open(this);
    }

    Device place() {
        if (device.equals("auto")) {
            return Device.best();
        }
        Device place = Device.parse(device);
        new Checks().require(place.isCpu() || place.index() < Engine.cudaDevices(), "device", device,
                "auto, cpu, or a CUDA device that this machine has").done();
        return place;
    }
}
