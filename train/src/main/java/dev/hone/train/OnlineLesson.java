package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.model.Critic;
import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.HiddenOptions;
import dev.hone.model.RewardModel;
import dev.hone.objective.Advantage;
import dev.hone.objective.Gae;
import dev.hone.objective.KlController;
import dev.hone.objective.KlEstimator;
import dev.hone.objective.Lagrangian;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.TrustRegionObjective;
import dev.hone.reward.NamedReward;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prompts to answer and rewards for the answers, to a policy. */
final class OnlineLesson implements Lesson<RolloutRow, ActorCritic> {
    private static final RewardShaping PLAIN = new RewardShaping(KlEstimator.K1, Optional.empty(), List.of(),
            Optional.empty());

    private final JobSettings settings;
    private final Objective<RolloutSignals> objective;
    private final RolloutSettings rollouts;
    private final PromptText text;
    private final RewardSource rewards;
    private final Optional<RewardSource> costs;
    private final List<PackedRow> demonstrations;
    private Optional<Decoder> reference = Optional.empty();
    private Optional<PtxPass<RolloutRow>> ptx = Optional.empty();

    /**
     * @param given rewards of the program's own
     * @param givenCosts costs of the program's own
     */
    OnlineLesson(JobSettings settings, Objective<RolloutSignals> objective, List<NamedReward> given,
            List<NamedReward> givenCosts) {
        this.settings = settings;
        this.objective = objective;
        this.rollouts = settings.own(RolloutSettings.class);
        this.rewards = new RewardSource(settings.own(RewardSettings.class), settings.model(), given);
        this.costs = settings.find(CostSettings.class).map(each -> RewardSource.costs(settings, givenCosts));
        OnlinePlan.require(settings);
        this.text = PromptText.load(settings.model().model(), settings.data(), rollouts.maxCompletionLength());
        this.demonstrations = demonstrations(settings);
    }

    private static List<PackedRow> demonstrations(JobSettings settings) {
        List<String> files = settings.own(PtxSettings.class).ptxData();
        DataSettings data = settings.data().demonstrations(files);
        return files.isEmpty()
                ? List.of()
                : TrainingText.load(settings.model().model(), data).units(data).stream().map(PackedRow::new).toList();
    }

    @Override
    public String title() { return "Learning from rewards"; }

    @Override
    public Reading reading() {
        return new Reading(text.tokenizer(), text.template(), "prompts to answer", text.warnings());
    }

    @Override
    public ActorCritic open(DType dtype, Device device) {
        PolicyFiles files = new PolicyFiles(settings.model(),
                new ReferenceSettings(Optional.empty(), Optional.empty()), settings.run().out(), text.tokenizer());
        Decoder policy = files.policy(dtype, device);
        try {
            return new ActorCritic(policy, critics(policy));
        } catch (RuntimeException e) {
            policy.close();
            throw e;
        }
    }

    private List<Critic> critics(Decoder policy) {
        if (settings.find(Advantage.class).filter(Advantage::readsValues).isEmpty()) {
            return List.of();
        }
        List<Critic> critics = new ArrayList<>();
        try {
            critics.add(critic("critic", policy, settings.own(CriticSettings.class).valueModel()));
            if (bounded().isPresent()) {
                critics.add(critic("cost_critic", policy, settings.own(CostSettings.class).costValueModel()));
            }
            return critics;
        } catch (RuntimeException e) {
            critics.forEach(Critic::close);
            throw e;
        }
    }

    private Critic critic(String role, Decoder policy, Optional<Path> start) {
        long seed = settings.training().seed();
        return switch (settings.own(CriticSettings.class).critic()) {
            case SHARED -> Critic.Shared.of(role, policy, seed);
            case SEPARATE -> new Critic.Separate(role, RewardModel.start(start.orElse(settings.model().model()),
                    HeadOptions.reward(seed), policy.dtype(), policy.device()));
        };
    }

    /** The bound on costs, where a multiplier follows one. */
    private Optional<Lagrangian> bounded() {
        return settings.find(Lagrangian.class).filter(bound -> settings.own(CostSettings.class).bounded());
    }

    /** The reference is wanted in the rewards, or in the loss. */
    private boolean wantsReference() {
        return objective.needs().contains(Need.REFERENCE)
                || settings.find(KlSettings.class).filter(kl -> kl.klCoef() > 0 || kl.klLimit() > 0).isPresent();
    }

    @Override
    public Pass<RolloutRow> pass(ActorCritic model, HiddenOptions options) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            if (wantsReference()) {
                Path folder = settings.own(FrozenReference.class).refModel().orElse(settings.model().model());
                Decoder other = Decoder.load(folder, model.dtype(), model.policy().device());
                owned.add(other);
                reference = Optional.of(other);
            }
            owned.addAll(rewards.open());
            costs.ifPresent(each -> owned.addAll(each.open()));
            return new OwningPass<>(guarded(steps(model, options), model), owned);
        } catch (RuntimeException e) {
            owned.forEach(OwningPass::close);
            throw e;
        }
    }

    /** What gives a step its gradients. */
    private Pass<RolloutRow> steps(ActorCritic model, HiddenOptions options) {
        RolloutSignaller.Reading reading = new RolloutSignaller.Reading(rollouts.temperature(),
                rollouts.maxCompletionLength(), objective.needs().contains(Need.ENTROPY));
        Pass<RolloutRow> earning = objective instanceof TrustRegionObjective searched
                ? new TrustPass(model, options, reading, searched, rollouts.steps())
                : new SignalPass<>(new RolloutSignaller(model, options, reading), objective);
        if (demonstrations.isEmpty()) {
            return earning;
        }
        PtxPass<RolloutRow> both = new PtxPass<>(earning, model.policy(), options, demonstrations,
                settings.own(PtxSettings.class));
        ptx = Optional.of(both);
        return both;
    }

    private Pass<RolloutRow> guarded(Pass<RolloutRow> steps, ActorCritic model) {
        boolean same = settings.own(FrozenReference.class).refModel().isEmpty();
        return new KlGuard(new SamplerGuard(steps, model.dtype(), same), model.parameters(),
                new KlGuard.Limits(settings.find(KlSettings.class).map(KlSettings::klLimit).orElse(0.0),
                        rollouts.generationKlLimit(), rollouts.steps()));
    }

    private void cut(int microbatchTokens) {
        ptx.ifPresent(each -> each.cut(microbatchTokens, settings.training().seed()));
    }

    @Override
    public Supply<RolloutRow> supply(ActorCritic model) {
        OnlinePlan plan = OnlinePlan.of(settings);
        boolean shares = model.policy().sharesPrefixes(true);
        return new OnlineSupply<>(settings, text, plan, shares, tokens -> {
            cut(tokens);
            return new OnlineSupply.Parts<>(new Explorer(model.policy(), text.tokenizer()::decodeWithoutSpecialTokens,
                    new Explorer.Drawing(rollouts, stop(), settings.training().seed()), rewards.rewards(),
                    costs.map(RewardSource::rewards)),
                    new AdvantageMaker(model, () -> reference, method(), rollouts, tokens));
        }, demonstrations);
    }

    private Stop stop() {
        return new Stop(ReplyEnds.of(GenerationDefaults.read(settings.model().model()), text.tokenizer(),
                text.template()), rollouts.stopStrings());
    }

    private AdvantageMaker.Method method() {
        return new AdvantageMaker.Method(settings.find(RewardShaping.class).orElse(PLAIN),
                settings.find(KlSettings.class).map(KlSettings::controller).orElse(KlController.fixed(0)),
                settings.own(Advantage.class), objective.needs().contains(Need.REFERENCE),
                settings.own(RewardSettings.class).scaleRewardsRunning(), new AdvantageMaker.Costs(
                        settings.find(CostSettings.class).flatMap(CostSettings::costPenalty).orElse(0.0),
                        bounded().map(bound -> new CostBound(bound, settings.own(Gae.class)))));
    }

    @Override
    public Samples<ActorCritic> samples(int count) {
        SampleTexts texts = new SampleTexts(text.tokenizer(), text.template())
                .fromPrompts(text.evaluation().isEmpty() ? text.training() : text.evaluation(), count);
        return new Samples<>() {
            @Override
            public List<String> prompts() { return texts.prompts(); }

            @Override
            public List<String> answers(ActorCritic model) { return texts.answers(model.policy()); }
        };
    }

}
