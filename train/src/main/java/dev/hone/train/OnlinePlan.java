package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.objective.Advantage;
import dev.hone.objective.GroupRelative;
import dev.hone.objective.LeaveOneOut;
import dev.hone.objective.PreferenceObjective;
import dev.hone.objective.Selection;
import java.util.Optional;
import dev.hone.objective.TrustRegionObjective;
import dev.hone.tensor.DType;

/**
 * How many answers a generation has.
 *
 * @param prompts of a generation
 * @param samples answers to each
 */
record OnlinePlan(int prompts, int samples) {
    private static final int IN_GROUPS = 8;
    private static final int IN_PAIRS = 2;

    static OnlinePlan of(JobSettings settings) {
        RolloutSettings rollouts = settings.own(RolloutSettings.class);
        int samples = samples(settings);
        int answers = Math.multiplyExact(settings.training().rowsPerStep(), rollouts.stepsPerGeneration());
        return new OnlinePlan(answers / samples, samples);
    }

    private static int samples(JobSettings settings) {
        return settings.own(RolloutSettings.class).numGenerations().orElseGet(() -> usual(settings));
    }

    private static int usual(JobSettings settings) {
        Optional<Integer> advantages = settings.find(Advantage.class).map(advantage -> switch (advantage) {
            case GroupRelative relative -> IN_GROUPS;
            case LeaveOneOut others -> IN_PAIRS;
            default -> 1;
        });
        return advantages.or(() -> settings.find(Selection.class).map(Selection::usualAnswers))
                .orElse(settings.objective() instanceof PreferenceObjective ? IN_PAIRS : 1);
    }

    /** Whether answers to one prompt are compared with each other. */
    private static boolean compares(JobSettings settings) {
        return settings.find(Advantage.class)
                .filter(advantage -> advantage instanceof GroupRelative || advantage instanceof LeaveOneOut).isPresent()
                || settings.find(Selection.class).filter(Selection::withinPrompts).isPresent()
                || settings.objective() instanceof PreferenceObjective;
    }

    /** @throws dev.hone.config.ConfigException where groups and steps do not come out even */
    static void require(JobSettings settings) {
        RolloutSettings rollouts = settings.own(RolloutSettings.class);
        int samples = samples(settings);
        int rows = settings.training().rowsPerStep();
        boolean compares = compares(settings);
        boolean mixes = settings.find(PtxSettings.class).filter(ptx -> !ptx.ptxData().isEmpty()).isPresent();
        boolean searches = settings.objective() instanceof TrustRegionObjective;
        new Checks().require(!compares || samples > 1, "num_generations", samples, "at least 2",
                "The method compares answers to one prompt.")
                .require(rows % samples == 0, "per_device_train_batch_size", rows,
                        "answers of whole groups, a multiple of num_generations (" + samples + ")",
                        "It counts answers, times gradient_accumulation_steps.")
                .require(!rollouts.dynamicSampling() || compares, "dynamic_sampling", true, "false",
                        "Only methods that compare answers to one prompt have groups.")
                .require(!mixes || !settings.training().optimFusedBackward(), "optim_fused_backward", true,
                        "false with ptx_data", "A step has the gradients of answers and of demonstrations.")
                .require(!searches || rollouts.stepsPerGeneration() == 1, "steps_per_generation",
                        rollouts.stepsPerGeneration(), "1", "The step is searched for on a whole generation.")
                .require(!searches || settings.model().dtype().dtype() == DType.FLOAT32, "dtype",
                        settings.model().dtype(), "fp32", "The search measures steps that bf16 rounds away.")
                .require(!searches || !mixes, "ptx_data", "a file", "nothing",
                        "The step is searched for, not that of an optimizer.")
                .require(!searches || !settings.training().optimFusedBackward(), "optim_fused_backward", true, "false",
                        "The step is searched for, not that of an optimizer.")
                .require(!searches || settings.learning().optimizer().optim() != OptimizerKind.SCHEDULE_FREE_ADAMW,
                        "optim", "schedule_free_adamw", "another one",
                        "It keeps averages of weights that are not its own to move.")
                .done();
    }
}
