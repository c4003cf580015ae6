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
import dev.hone.objective.KlController;
import dev.hone.objective.KlEstimator;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.Opponent;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
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
    private Optional<ReferenceModel> reference = Optional.empty();

    /** @param given rewards of the program's own */
    OnlineLesson(JobSettings settings, Objective<RolloutSignals> objective, List<NamedReward> given) {
        this.settings = settings;
        this.opening = ModelOpening.of(settings);
        this.objective = objective;
        RolloutSettings chosen = settings.own(RolloutSettings.class);
        this.rollouts = settings.find(Opponent.class).isPresent() ? chosen.usually(COMPARED) : chosen;
        RewardSettings judges = settings.own(RewardSettings.class);
        together(() -> judges.require(given), judges::chosen, () -> OnlinePlan.require(settings),
                () -> PromptText.require(settings.data(), rollouts.maxCompletionLength()));
        this.rewards = new RewardSource(judges, settings.model(), given);
        this.text = PromptText.load(settings.model().text(), settings.data());
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
        if (!objective.needs().contains(Need.VALUES)) {
            return List.of();
        }
        CriticSettings critic = settings.own(CriticSettings.class);
        return List.of(switch (critic.critic()) {
            case SHARED -> Critic.Shared.of("critic", policy, settings.training().seed());
            case SEPARATE -> separate(critic.valueModel().orElse(settings.model().model()), policy);
        });
    }

    private Critic separate(Path folder, Decoder policy) {
        RewardModel model = opening.critic(folder, HeadOptions.reward(settings.training().seed()), policy.dtype(),
                policy.device());
        int known = model.backbone().vocabulary();
        if (known < policy.vocabulary()) {
            model.close();
            throw new ModelException("value_model " + folder + " knows " + known + " tokens, expected at least "
                    + policy.vocabulary() + ", the policy's: it reads the policy's own answers. Choose a model with the"
                    + " same tokenizer");
        }
        return new Critic.Separate("critic", model);
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
                : ReferenceModel.of(opening.frozen(named.orElse(settings.model().model()), policy.dtype(),
                        policy.device()));
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
            RolloutSignaller signaller = new RolloutSignaller(model, options, new RolloutSignaller.Reading(
                    rollouts.drawnAt(), rollouts.maxCompletionLength(),
                    objective.needs().contains(Need.ENTROPY)));
            return new OwningPass<>(new SamplerGuard(new SignalPass<>(signaller, objective), model.dtype()), owned);
        } catch (RuntimeException e) {
            owned.forEach(OwningPass::close);
            throw e;
        }
    }

    @Override
    public Supply<RolloutRow> supply(ActorCritic model) {
        OnlinePlan plan = OnlinePlan.of(settings);
        boolean shares = model.policy().sharesPrefixes(true);
        return new OnlineSupply<>(settings, text, plan, new OnlineSupply.RowShape(shares, plan.samples(), 1),
                tokens -> new OnlineSupply.Parts<>(explorer(model.policy(), 0, Constraint.NONE),
                        settings.find(Opponent.class).map(opponent -> duel(model.policy(), opponent, tokens)).orElseGet(
                                () -> new AdvantageMaker(model, () -> reference, method(), rollouts, tokens))));
    }

    private Explorer explorer(Decoder policy, long other, Constraint constraint) {
        return new Explorer(policy, text.tokenizer()::decodeWithoutSpecialTokens, new Explorer.Drawing(rollouts,
                stop(), settings.training().seed() ^ other, constraint), rewards.rewards());
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
                settings.own(Advantage.class), objective.needs().contains(Need.REFERENCE));
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
