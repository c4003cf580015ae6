package dev.hone.train;

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
import dev.hone.objective.TopMask;
import dev.hone.objective.TrustRegionObjective;
import dev.hone.rollout.GeometricMixture;
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
    private final OnlineBasis basis;
    private final RolloutSettings rollouts;
    private final List<PackedRow> demonstrations;
    private Optional<ReferenceModel> reference = Optional.empty();
    private Optional<PtxPass<RolloutRow>> ptx = Optional.empty();
    private Optional<MaskPolicy> mask = Optional.empty();

    /** @param given rewards and costs of the program's own */
    OnlineLesson(JobSettings settings, Objective<RolloutSignals> objective, OnlineBasis.Given given) {
        this.settings = settings;
        this.objective = objective;
        RolloutSettings chosen = settings.own(RolloutSettings.class);
        this.rollouts = settings.find(Opponent.class).isPresent() ? chosen.usually(COMPARED) : chosen;
        this.basis = new OnlineBasis(settings, rollouts, given);
        this.demonstrations = demonstrations(settings);
    }

    private static List<PackedRow> demonstrations(JobSettings settings) {
        List<String> files = settings.own(PtxSettings.class).ptxData();
        DataSettings data = settings.data().demonstrations(files);
        return files.isEmpty()
                ? List.of()
                : TrainingText.load(settings.model().text(), data).units(data).stream().map(PackedRow::new).toList();
    }

    @Override
    public String title() { return "Learning from rewards"; }

    @Override
    public Reading reading() { return basis.reading(); }

    @Override
    public ActorCritic open(DType dtype, Device device) {
        Decoder policy = basis.policy(dtype, device);
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
        RewardModel model = basis.opening().critic(folder, HeadOptions.reward(settings.training().seed()),
                policy.dtype(),
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

    @Override
    public Pass<RolloutRow> pass(ActorCritic model, HiddenOptions options) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            if (wantsReference()) {
                ReferenceModel other = basis.reference(model.policy(), settings.find(Opponent.class).isPresent());
                owned.add(other);
                reference = Optional.of(other);
            }
            mask = settings.find(TopMask.class).filter(chosen -> chosen.topMask() < 1)
                    .map(chosen -> new MaskPolicy(basis.policy(model.dtype(), model.policy().device()),
                            model.policy(), chosen));
            mask.ifPresent(owned::add);
            owned.addAll(basis.openRewards());
            Pass<RolloutRow> steps = steps(model, options);
            return new OwningPass<>(
                    guarded(mask.map(each -> each.beside(steps, rollouts.steps())).orElse(steps), model),
                    owned);
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
        boolean same = settings.own(FrozenReference.class).refModel().isEmpty() && basis.opening().startsAsReference();
        return new KlGuard(new SamplerGuard(steps, model.dtype(), same), model.parameters(),
                new KlGuard.Limits(settings.find(KlSettings.class).map(KlSettings::klLimit).orElse(0.0),
                        rollouts.generationKlLimit(), rollouts.steps()));
    }

    private void cut(int microbatchTokens) {
        ptx.ifPresent(each -> each.cut(microbatchTokens, settings.training().seed()));
    }

    @Override
    public Supply<RolloutRow> supply(ActorCritic model) {
        boolean shares = model.policy().sharesPrefixes(true);
        return basis.supply(new OnlineSupply.RowShape(shares, basis.samples(), 1), tokens -> {
            cut(tokens);
            Explorer examiner = basis.explorer(model.policy()); // what is saved has no mask
            return new OnlineSupply.Parts<>(
                    mask.map(each -> basis.explorer(model.policy(), each)).orElse(examiner),
                    settings.find(Opponent.class).map(opponent -> duel(model.policy(), opponent, tokens)).orElseGet(
                            () -> new AdvantageMaker(model, () -> reference, method(), rollouts, tokens)),
                    examiner);
        }, demonstrations);
    }

    private ExperienceMaker<RolloutRow> duel(Decoder policy, Opponent opponent, int microbatchTokens) {
        Decoder other = reference.orElseThrow().decoder();
        Explorer rival = basis.rival(policy, new GeometricMixture(other, opponent.mixtureCoef()));
        return new DuelMaker(
                new RivalContest(rival, settings.own(EndPenalty.class), rollouts.maskTruncatedCompletions()),
                opponent, policy.sharesPrefixes(true), rows -> {
                    List<List<float[]>> said = new References(other, rollouts.drawnAt()).of(rows, RolloutRow::packed,
                            microbatchTokens);
                    return IntStream.range(0, rows.size()).mapToObj(i -> rows.get(i).withReference(said.get(i)))
                            .toList();
                });
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
        SampleTexts texts = basis.shown(count);
        return new Samples<>() {
            @Override
            public List<String> prompts() { return texts.prompts(); }

            @Override
            public List<String> answers(ActorCritic model) { return texts.answers(model.policy()); }
        };
    }
}
