package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.HashMap;
import java.util.Map;

/**
 * The optimizer and how its learning rate moves, under the names of transformers' TrainingArguments.
 *
 * @param learningRate peak
 * @param optim name of the optimizer
 */
@SettingGroup("Optimizer and learning rate")
public record LearningSettings(
        @Setting(value = "2e-5", min = 0, doc = "Peak learning rate.") double learningRate,
        @Setting(value = "adamw", doc = "adamw (also adamw_torch, adamw_torch_fused), adamw_8bit (also adamw_bnb_8bit,"
                + " paged_adamw_8bit), schedule_free_adamw, muon, adam, sgd, adafactor, lion, rmsprop or adagrad.") String optim,
        @Setting(value = "false", doc = "Keep the optimizer's state off the device: on the CPU in a file of the run's folder that is mapped"
                + " into memory, so that it may be larger than RAM; on CUDA in page-locked memory of the host, which then makes the steps."
                + " Slower, same result.") boolean optimOffload,
        @Setting(value = "0", min = 0, doc = "Decay of matrices and embeddings; biases and norms never decay.") double weightDecay,
        @Setting(value = "0.9", min = 0, below = 1, doc = "First moment of adamw, adam and lion.") double adamBeta1,
        @Setting(value = "0.999", min = 0, below = 1, doc = "Second moment of adamw, adam and lion.") double adamBeta2,
        @Setting(value = "1e-8", above = 0, doc = "Added to the root of the second moment.") double adamEpsilon,
        @Setting(value = "0", min = 0, below = 1, doc = "Momentum of sgd.") double momentum,
        @Setting(value = "false", doc = "Nesterov's form of sgd's momentum.") boolean nesterov,
        @Setting(value = "linear", doc = "How the learning rate moves.") ScheduleKind lrSchedulerType,
        @Setting(value = "0", min = 0, doc = "Steps of the rise from 0; below 1 a share of all steps.") double warmupSteps,
        @Setting(value = "0", min = 0, max = 1, doc = "Share of all steps, where warmup_steps is 0.") double warmupRatio,
        @Setting(doc = "Options of the schedule, such as min_lr_rate (cosine_with_min_lr), num_cycles, num_decay_steps"
                + " (warmup_stable_decay).") Map<String, String> lrSchedulerKwargs,
        @Setting(value = "1", above = 0, max = 1, doc = "Each layer's learning rate is this times that of the layer above; embeddings"
                + " stand below all, heads get the whole.") double layerwiseLrDecay,
        @Setting(value = "0", min = 0, doc = "Learning rate of an untied language-model head or a score head; 0 = learning_rate.") double headLearningRate,
        @Setting(value = "-1", min = -1, doc = "Layers that train, counted from the top, with final norm and head; everything below, embeddings"
                + " and a head tied to them included, is frozen. -1 = all.") int numLayersUnfrozen,
        @Setting(value = "0", min = 0, doc = "LISA (arXiv 2403.17919): so many random layers train at a time, beside embeddings and heads;"
                + " 0 = all.") int lisaActivatedLayers,
        @Setting(value = "20", min = 1, doc = "Steps after which LISA draws its layers anew.") int lisaIntervalSteps) {

    public LearningSettings {
        lrSchedulerKwargs = Map.copyOf(lrSchedulerKwargs);
        OptimizerKind.of(optim);
        new Checks().require(headLearningRate == 0 || learningRate > 0, "learning_rate", learningRate,
                "above 0 with head_learning_rate", "To train the head alone give num_layers_unfrozen 0.")
                .require(lisaActivatedLayers == 0 || numLayersUnfrozen == -1, "lisa_activated_layers",
                        lisaActivatedLayers, "0 beside num_layers_unfrozen", "Both choose the layers that train.")
                .done();
        schedule(lrSchedulerType, warmupSteps, warmupRatio, lrSchedulerKwargs);
    }

    /** The optimizer's part. */
    public OptimizerSettings optimizer() {
        return new OptimizerSettings(OptimizerKind.of(optim), learningRate, weightDecay, adamBeta1, adamBeta2,
                adamEpsilon,
                momentum, nesterov);
    }

    /** The learning rate's part. */
    public ScheduleSettings schedule() {
        return schedule(lrSchedulerType, warmupSteps, warmupRatio, lrSchedulerKwargs);
    }

    private static ScheduleSettings schedule(ScheduleKind kind, double steps, double ratio,
            Map<String, String> options) {
        Map<String, Object> typed = new HashMap<>();
        options.forEach((key, text) -> typed.put(key,
                text.matches("[-+]?[0-9.]+([eE][-+]?\\d+)?") ? (Object) Double.valueOf(text) : text));
        return new ScheduleSettings(kind, steps, ratio, typed);
    }
}
