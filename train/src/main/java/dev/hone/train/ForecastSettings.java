package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A run to be forecast.
 *
 * @param model folder or config.json
 * @param rewardModel the same of a reward model, where it is another one
 */
@SettingGroup("Forecast")
public record ForecastSettings(
        @Setting(required = true, aliases = "model_name_or_path", doc = "Model folder or config.json; no weight is read.") Path model,
        @Setting(required = true, doc = "The method: a command that trains.") String objective,
        @Setting(value = "full", doc = "What trains: full, lora, qlora, prompt_tuning or prefix_tuning.") TrainMode trainMode,
        @Setting(value = "-1", min = -1, doc = "Layers that train, counted from the top, with final norm and head; -1 = all. What is below is"
                + " in memory once for the policy and a reference.") int numLayersUnfrozen,
        @Setting(value = "16", min = 1, doc = "Rank of the adapter on all matrices of the layers.") int loraR,
        @Setting(value = "0.05", min = 0, below = 1, doc = "Dropout on what the adapter reads; above 0 answers to one prompt do not"
                + " share it.") double loraDropout,
        @Setting(value = "20", min = 1, doc = "Tokens that prompt_tuning or prefix_tuning learns.") int numVirtualTokens,
        @Setting(value = "bf16", doc = "What is computed in: bf16 (with float32 masters) or fp32.") ModelSettings.Precision dtype,
        @Setting(value = "adamw", doc = "Optimizer, as optim has it.") String optim,
        @Setting(value = "1024", min = 2, doc = "Tokens of a row: prompt and answer; of a pair, of each side.") int maxLength,
        @Setting(value = "256", min = 1, doc = "Tokens of an answer: that the policy writes, or of a pair, whose prompt is"
                + " shared.") int maxCompletionLength,
        @Setting(value = "8", min = 1, doc = "Rows of a step: texts, pairs, or answers of online methods.") int rows,
        @Setting(min = 1, doc = "Answers to each prompt; none = what is usual for the method.") Optional<Integer> numGenerations,
        @Setting(value = "0", min = 0, doc = "Tokens that go through the model together; 0 = at most 4096, and at least a row, pair or"
                + " group of answers.") int microbatchTokens,
        @Setting(value = "false", doc = "Whether layers are computed twice instead of kept.") boolean gradientCheckpointing,
        @Setting(value = "true", doc = "Whether the run is longer than its save_steps: a copy of weights and optimizer state is then"
                + " kept, from which checkpoints are written while training goes on.") boolean checkpoints,
        @Setting(doc = "Folder or config.json of a reward model in the same process.") Optional<Path> rewardModel,
        @Setting(value = "separate", doc = "Critic of ppo and a2c: separate or shared.") CriticSettings.Kind critic,
        @Setting(doc = "Whether online methods hold the policy near a reference; none = as the method does.") Optional<Boolean> reference,
        @Setting(value = "1", min = 1, doc = "Devices that share the work.") int devices,
        @Setting(value = "cpu", doc = "What they are: cpu, a100-40, a100-80, h100, h200, l40s or rtx4090.") DeviceKind device,
        @Setting(value = "none", doc = "What is spread over the devices: none, zero1 (optimizer), zero2 (gradients too) or zero3 (weights"
                + " too).") Sharding sharding) {

    /** What is spread over devices (arXiv 1910.02054). */
    public enum Sharding {
        NONE, ZERO1, ZERO2, ZERO3
    }

    /** Memory and rates as their makers state them; of the CPU, as {@code hone doctor} measured them on 2 cores. */
    public enum DeviceKind {
        CPU(0, 0.95e12, 30e9, 0.6), A100_40(40e9, 312e12, 1.55e12, 0.4), A100_80(80e9, 312e12, 2.0e12,
                0.4), H100(80e9, 989e12, 3.35e12, 0.4), H200(141e9, 989e12, 4.8e12,
                        0.4), L40S(48e9, 362e12, 0.86e12, 0.4), RTX4090(24e9, 165e12, 1.0e12, 0.4);

        private final double memory;
        private final double flops;
        private final double bandwidth;
        private final double efficiency;

        DeviceKind(double memory, double flops, double bandwidth, double efficiency) {
            this.memory = memory;
            this.flops = flops;
            this.bandwidth = bandwidth;
            this.efficiency = efficiency;
        }

        /** Bytes; 0 = whatever the machine has. */
        public double memory() { return memory; }

        /** bf16 operations a second that training is taken to reach. */
        public double reached() {
            return flops * efficiency;
        }

        /** Bytes a second. */
        public double bandwidth() { return bandwidth; }
    }

    public ForecastSettings {
        OptimizerKind.of(optim);
        new Checks().require(maxCompletionLength < maxLength, "max_completion_length", maxCompletionLength,
                "less than max_length (" + maxLength + "), which counts the prompt, too").done();
    }
}
