package dev.hone.train;

import dev.hone.config.ConfigException;
import dev.hone.config.Problem;
import dev.hone.model.ActorCritic;
import dev.hone.model.Critic;
import dev.hone.model.Decoder;
import dev.hone.model.HeadOptions;
import dev.hone.model.HiddenOptions;
import dev.hone.model.ModelException;
import dev.hone.model.RewardModel;
import dev.hone.objective.Advantage;
import dev.hone.objective.EndPenalty;
import dev.hone.objective.Gae;
import dev.hone.objective.KlController;
import dev.hone.objective.KlEstimator;
import dev.hone.objective.Lagrangian;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.Opponent;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.TrustRegionObjective;
import dev.hone.reward.NamedReward;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.GeometricMixture;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Prompts to answer and rewards for the answers, to a policy. */
final class OnlineLesson implements Lesson<RolloutRow, ActorCritic> {
    private static final double COMPARED = 0.9;
    private static final RewardShaping PLAIN = new RewardShaping(KlEstimator.K1, Optional.empty(), List.of(),
            Optional.empty());

    private final JobSettings settings;
    private final Objective<RolloutSignals> objective;
    private final RolloutSettings rollouts;
    private final PromptText text;
    private final RewardSource rewards;
    private final ModelOpening opening;
    private final Optional<RewardSource> costs;
    private final List<PackedRow> demonstrations;
    private Optional<ReferenceModel> reference = Optional.empty();
    private Optional<PtxPass<RolloutRow>> ptx = Optional.empty();

    /**
     * @param given rewards of the program's own
     * @param givenCosts costs of the program's own
     */
    OnlineLesson(JobSettings settings, Objective<RolloutSignals> objective, List<NamedReward> given,
            List<NamedReward> givenCosts) {
        this.settings = settings;
        this.opening = ModelOpening.of(settings);
        this.objective = objective;
        RolloutSettings chosen = settings.own(RolloutSettings.class);
        this.rollouts = settings.find(Opponent.class).isPresent() ? chosen.usually(COMPARED) : chosen;
        RewardSettings judges = settings.own(RewardSettings.class);
        together(() -> judges.require(given), judges::chosen, () -> OnlinePlan.require(settings),
                () -> PromptText.require(settings.data(), rollouts.maxCompletionLength()));
        this.rewards = new RewardSource(judges, settings.model(), given);
        this.costs = settings.find(CostSettings.class).map(each -> RewardSource.costs(settings, givenCosts));
        this.text = PromptText.load(settings.model().text(), settings.data());
        this.demonstrations = demonstrations(settings);
    }

    private static List<PackedRow> demonstrations(JobSettings settings) {
        List<String> files = settings.own(PtxSettings.class).ptxData();
        DataSettings data = settings.data().demonstrations(files);
        return files.isEmpty()
                ? List.of()
                : TrainingText.load(settings.model().text(), data).units(data).stream().map(PackedRow::new).toList();
    }

    /** Every mistake is told at once, whoever finds it. */
    private static void together(Runnable... rules) {
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

    @Override
    public String title() { return "Learning from rewards"; }

    @Override
    public Reading reading() {
        return new Reading(text.tokenizer(), text.template(), "prompts to answer", text.warnings());
    }

    @Override
    public ActorCritic open(DType dtype, Device device) {
        PolicyFiles files = new PolicyFiles(opening,
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
            case SEPARATE -> separate(role, start.orElse(settings.model().model()), policy);
        };
    }

    /** The bound on costs, where a multiplier follows one. */
    private Optional<Lagrangian> bounded() {
        return settings.find(Lagrangian.class).filter(bound -> settings.own(CostSettings.class).bounded());
    }

    private Critic separate(String role, Path folder, Decoder policy) {
        RewardModel model = opening.critic(folder, HeadOptions.reward(settings.training().seed()), policy.dtype(),
                policy.device());
        int known = model.backbone().vocabulary();
        if (known < policy.vocabulary()) {
            model.close();
            throw new ModelException("value_model " + folder + " knows " + known + " tokens, expected at least "
                    + policy.vocabulary() + ", the policy's: it reads the policy's own answers. Choose a model with the"
                    + " same tokenizer");
        }
        return new Critic.Separate(role, model);
    }

    /** The reference is wanted in the rewards, or in the loss. */
    private boolean wantsReference() {
        return objective.needs().contains(Need.REFERENCE)
                || settings.find(KlSettings.class).filter(kl -> kl.klCoef() > 0 || kl.klLimit() > 0).isPresent();
    }

    private ReferenceModel reference(Decoder policy) {
        Optional<Path> named = settings.own(FrozenReference.class).refModel();
        boolean beside = settings.find(Opponent.class).isPresent(); // it is asked while the policy writes
        return named.isEmpty() && policy.adapter().isPresent() && !beside
                ? ReferenceModel.within(policy, opening.former())
                : ReferenceModel.of(opening.reference(named.orElse(settings.model().model()), policy));
    }

    @Override
    public Pass<RolloutRow> pass(ActorCritic model, HiddenOptions options) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            if (wantsReference()) {
                ReferenceModel other = reference(model.policy());
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
        RolloutSignaller.Reading reading = new RolloutSignaller.Reading(rollouts.drawnAt(),
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
        return new OnlineSupply<>(settings, text, plan, new OnlineSupply.RowShape(shares, plan.samples(), 1),
                tokens -> {
                    cut(tokens);
                    return new OnlineSupply.Parts<>(explorer(model.policy(), 0, Constraint.NONE),
                            settings.find(Opponent.class).map(opponent -> duel(model.policy(), opponent, tokens))
                                    .orElseGet(() -> new AdvantageMaker(model, () -> reference, method(), rollouts,
                                            tokens)));
                }, demonstrations);
    }

    private Explorer explorer(Decoder policy, long other, Constraint constraint) {
        return new Explorer(policy, text.words(), new Explorer.Drawing(rollouts,
                stop(), settings.training().seed() ^ other, constraint), rewards.rewards(),
                costs.map(RewardSource::rewards));
    }

    private ExperienceMaker<RolloutRow> duel(Decoder policy, Opponent opponent, int microbatchTokens) {
        Decoder other = reference.orElseThrow().decoder();
        Explorer rival = explorer(policy, OnlineBasis.OTHER, new GeometricMixture(other, opponent.mixtureCoef()));
        return new DuelMaker(new Contest(rival, settings.own(EndPenalty.class), rollouts.maskTruncatedCompletions()),
                opponent, policy.sharesPrefixes(true), rows -> {
                    List<List<float[]>> said = new References(other, rollouts.drawnAt()).of(rows, RolloutRow::packed,
                            microbatchTokens);
                    return IntStream.range(0, rows.size()).mapToObj(i -> rows.get(i).withReference(said.get(i)))
                            .toList();
                });
    }

    private Stop stop() {
        return new Stop(ReplyEnds.of(GenerationDefaults.read(settings.model().text()), text.tokenizer(),
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
