package dev.hone.train;

import dev.hone.config.ConfigException;
import dev.hone.config.Problem;
import dev.hone.model.Decoder;
import dev.hone.reward.NamedReward;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.Stop;
import dev.hone.rollout.Support;
import dev.hone.rollout.TokenSet;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** What lessons share in which a policy writes the answers itself: prompts, rewards, and how answers are drawn. */
final class OnlineBasis {
    /** Another's draws are not the policy's own. */
    private static final long OTHER = 0x5DEECE66DL;

    private final JobSettings settings;
    private final RolloutSettings rollouts;
    private final ModelOpening opening;
    private final PromptText text;
    private final RewardSource rewards;
    private final Optional<RewardSource> costs;

    /**
     * What the program gives beside what the settings name.
     *
     * @param costs none for methods that know only rewards
     */
    record Given(List<NamedReward> rewards, List<NamedReward> costs) {
        static final Given NOTHING = new Given(List.of(), List.of());

        /** Without costs. */
        static Given rewards(List<NamedReward> rewards) { return new Given(rewards, List.of()); }
    }

    /**
     * @param rollouts of the run, complete
     * @param rules of the lesson's own, which throw what they find
     * @throws ConfigException with every mistake of the settings
     */
    OnlineBasis(JobSettings settings, RolloutSettings rollouts, Given given, Runnable... rules) {
        List<Runnable> all = new ArrayList<>(List.of(rules));
        all.add(() -> require(settings, given));
        all.add(() -> PromptText.require(settings.data(), rollouts.maxCompletionLength()));
        together(all);
        this.settings = settings;
        this.rollouts = rollouts;
        this.opening = ModelOpening.of(settings);
        this.rewards = new RewardSource(settings.own(RewardSettings.class), settings.model(), given.rewards());
        this.costs = settings.find(CostSettings.class).map(each -> RewardSource.costs(settings, given.costs()));
        this.text = PromptText.load(settings.model().text(), settings.data());
    }

    /** @throws ConfigException with every mistake that shows before a file is read */
    static void require(JobSettings settings, Given given) {
        RewardSettings judges = settings.own(RewardSettings.class);
        List<Runnable> rules = new ArrayList<>(List.of(() -> judges.require(given.rewards()), judges::chosen,
                () -> OnlinePlan.require(settings)));
        settings.find(CostSettings.class).ifPresent(costs -> {
            rules.add(() -> costs.require(given.costs()));
            rules.add(costs::chosen);
        });
        together(rules);
    }

    /** Every mistake is told at once, whoever finds it. */
    private static void together(List<Runnable> rules) {
        List<Problem> problems = new ArrayList<>();
        for (Runnable rule : rules) {
            try {
                rule.run();
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    RolloutSettings rollouts() { return rollouts; }

    ModelOpening opening() { return opening; }

    Lesson.Reading reading() {
        return new Lesson.Reading(text.tokenizer(), text.template(), "prompts to answer", text.warnings());
    }

    Decoder policy(DType dtype, Device device) {
        return new PolicyFiles(opening, new ReferenceSettings(Optional.empty(), Optional.empty()),
                settings.run().out(), text.tokenizer()).policy(dtype, device);
    }

    /**
     * The model before the first step, or the one that is named; the caller closes it.
     *
     * @param beside whether it is asked while the policy writes, and must be a model of its own
     */
    ReferenceModel reference(Decoder policy, boolean beside) {
        Optional<Path> named = settings.own(FrozenReference.class).refModel();
        return named.isEmpty() && policy.adapter().isPresent() && !beside
                ? ReferenceModel.within(policy, opening.former())
                : ReferenceModel.of(opening.reference(named.orElse(settings.model().model()), policy));
    }

    /** Opens what judges; the caller closes what is returned. */
    List<AutoCloseable> openRewards() {
        List<AutoCloseable> owned = new ArrayList<>(rewards.open());
        try {
            costs.ifPresent(each -> owned.addAll(each.open()));
            return owned;
        } catch (RuntimeException e) {
            owned.forEach(OwningPass::close);
            throw e;
        }
    }

    /** Answers of the policy's own. */
    Explorer explorer(Decoder policy) {
        return explorer(policy, new Explorer.Drawing(rollouts, stop(), settings.training().seed()));
    }

    /** Answers of the policy's own, of what a mask leaves. */
    Explorer explorer(Decoder policy, MaskPolicy mask) {
        TokenSet ends = TokenSet.of(stop().tokens().stream().mapToInt(Integer::intValue).toArray());
        return explorer(policy, new Explorer.Drawing(rollouts, stop(), settings.training().seed(),
                generation -> mask.before(generation, rollouts.minNewTokens(), ends)));
    }

    /** Answers of another's, drawn independently of the policy's own. */
    Explorer rival(Decoder model, Constraint constraint) {
        Support support = Support.WHOLE.withMinNewTokens(rollouts.minNewTokens()).withConstraint(constraint);
        return explorer(model, new Explorer.Drawing(rollouts, stop(), settings.training().seed() ^ OTHER,
                generation -> support));
    }

    private Explorer explorer(Decoder model, Explorer.Drawing drawing) {
        return new Explorer(model, text.words(), drawing, rewards.rewards(), costs.map(RewardSource::rewards));
    }

    private Stop stop() {
        return new Stop(ReplyEnds.of(GenerationDefaults.read(settings.model().text()), text.tokenizer(),
                text.template()), rollouts.stopStrings());
    }

    int samples() { return OnlinePlan.of(settings).samples(); }

    <R extends StepRow> OnlineSupply<R> supply(OnlineSupply.RowShape shape,
            IntFunction<OnlineSupply.Parts<R>> parts) {
        return supply(shape, parts, List.of());
    }

    /** @param beside demonstrations that are learned beside */
    <R extends StepRow> OnlineSupply<R> supply(OnlineSupply.RowShape shape,
            IntFunction<OnlineSupply.Parts<R>> parts, List<PackedRow> beside) {
        return new OnlineSupply<>(settings, text, OnlinePlan.of(settings), shape, parts, beside);
    }

    SampleTexts shown(int count) {
        return new SampleTexts(text.tokenizer(), text.template())
                .fromPrompts(text.evaluation().isEmpty() ? text.training() : text.evaluation(), count);
    }
}
