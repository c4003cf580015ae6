package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.reward.NamedReward;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** What lessons share in which a policy writes the answers itself: prompts, rewards, and how answers are drawn. */
final class OnlineBasis {
    /** Another's draws are not the policy's own. */
    static final long OTHER = 0x5DEECE66DL;

    private final JobSettings settings;
    private final RolloutSettings rollouts;
    private final PromptText text;
    private final RewardSource rewards;

    /**
     * @param rollouts of the run, complete
     * @param given rewards of the program's own
     */
    OnlineBasis(JobSettings settings, RolloutSettings rollouts, List<NamedReward> given) {
        this.settings = settings;
        this.rollouts = rollouts;
        this.rewards = new RewardSource(settings.own(RewardSettings.class), settings.model(), given);
        OnlinePlan.require(settings);
        PromptText.require(settings.data(), rollouts.maxCompletionLength());
        this.text = PromptText.load(settings.model().text(), settings.data());
    }

    RolloutSettings rollouts() { return rollouts; }

    Lesson.Reading reading() {
        return new Lesson.Reading(text.tokenizer(), text.template(), "prompts to answer", text.warnings());
    }

    Decoder policy(DType dtype, Device device) {
        return new PolicyFiles(ModelOpening.of(settings), new ReferenceSettings(Optional.empty(), Optional.empty()),
                settings.run().out(), text.tokenizer()).policy(dtype, device);
    }

    /** The model before the first step, or the one that is named; the caller closes it. */
    Decoder reference(Decoder policy) {
        Path folder = settings.own(FrozenReference.class).refModel().orElse(settings.model().model());
        return ModelOpening.of(settings).reference(folder, policy);
    }

    /** Opens what judges; the caller closes what is returned. */
    List<AutoCloseable> openRewards() {
        return rewards.open();
    }

    /** Answers of the policy's own. */
    Explorer explorer(Decoder policy) {
        return explorer(policy, settings.training().seed(), Constraint.NONE);
    }

    /** Answers of another's, drawn independently of the policy's own. */
    Explorer rival(Decoder model, Constraint constraint) {
        return explorer(model, settings.training().seed() ^ OTHER, constraint);
    }

    private Explorer explorer(Decoder model, long seed, Constraint constraint) {
        Stop stop = new Stop(ReplyEnds.of(GenerationDefaults.read(settings.model().text()), text.tokenizer(),
                text.template()), rollouts.stopStrings());
        return new Explorer(model, text.words(),
                new Explorer.Drawing(rollouts, stop, seed, constraint), rewards.rewards());
    }

    int samples() { return OnlinePlan.of(settings).samples(); }

    <R extends StepRow> OnlineSupply<R> supply(OnlineSupply.RowShape shape,
            IntFunction<OnlineSupply.Parts<R>> parts) {
        return new OnlineSupply<>(settings, text, OnlinePlan.of(settings), shape, parts);
    }

    SampleTexts shown(int count) {
        return new SampleTexts(text.tokenizer(), text.template())
                .fromPrompts(text.evaluation().isEmpty() ? text.training() : text.evaluation(), count);
    }
}
