package dev.hone.train;

import dev.hone.config.ConfigReader;
import dev.hone.objective.ClassObjective;
import dev.hone.objective.CostSignals;
import dev.hone.objective.Gae;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.Lagrangian;
import dev.hone.objective.Objective;
import dev.hone.objective.Objectives;
import dev.hone.objective.PairSignals;
import dev.hone.objective.PreferenceObjective;
import dev.hone.objective.RankedSignals;
import dev.hone.objective.ReferenceSync;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.ScorePairSignals;
import dev.hone.objective.TargetSignals;
import dev.hone.objective.TokenScoreSignals;
import dev.hone.objective.TokenSignals;
import dev.hone.objective.UnpairedObjective;
import dev.hone.objective.XpoSignals;
import dev.hone.reward.NamedReward;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The job of any objective on labelled data: which lesson it takes follows from the signals that it reads. */
public final class Lessons {
    private Lessons() {}

    /** The records of a method's own settings, the objective's among them. */
    public static List<Class<? extends Record>> settings(Objectives.Entry entry) {
        if (!entry.beside().isEmpty() || Objectives.signals(entry.type()) == RolloutSignals.class) {
            return online(entry);
        }
        List<Class<? extends Record>> own = new ArrayList<>(List.of(LabelledSettings.class, entry.type()));
        if (PreferenceObjective.class.isAssignableFrom(entry.type())) {
            own.addAll(List.of(ReferenceSettings.class, ReferenceSync.class));
        } else if (UnpairedObjective.class.isAssignableFrom(entry.type())) {
            own.add(ReferenceSettings.class);
        } else if (Objectives.signals(entry.type()) == IlqlSignals.class) {
            own.add(QHeadSettings.class);
        } else {
            own.add(ScoreSettings.class);
        }
        return own;
    }

    private static List<Class<? extends Record>> online(Objectives.Entry entry) {
        List<Class<? extends Record>> own = new ArrayList<>(List.of(entry.type(), RolloutSettings.class,
                RewardSettings.class));
        own.addAll(entry.beside());
        if (Objectives.signals(entry.type()) != TokenSignals.class) {
            own.add(FrozenReference.class);
        }
        if (Objectives.signals(entry.type()) == RolloutSignals.class) {
            own.add(PtxSettings.class);
        }
        if (entry.beside().contains(RewardShaping.class)) {
            own.add(KlSettings.class);
        }
        if (entry.beside().contains(Gae.class)) {
            own.add(CriticSettings.class);
        }
        if (entry.beside().contains(Lagrangian.class)) {
            own.add(CostSettings.class);
        }
        return own;
    }

    /**
     * A run's settings from plain values, for code: the keys are those of the objective's command, and what is left out has
     * its default.
     *
     * @param objective by its name, such as {@code dpo}
     * @throws dev.hone.config.ConfigException for keys or values that do not fit
     */
    public static JobSettings settings(String objective, Map<String, ?> values) {
        List<Class<? extends Record>> own = settings(Objectives.find(objective).orElseThrow(
                () -> new IllegalArgumentException("no objective is called " + objective + ", expected one of "
                        + Objectives.all().stream().map(Objectives.Entry::name).collect(Collectors.joining(", ")))));
        return JobSettings.of(ConfigReader.of(JobSettings.types(own)).bind(values, ""), own);
    }

    /**
     * Looks for mistakes that show before anything is read: rewards that do not exist, groups that do not come out even.
     *
     * @throws dev.hone.config.ConfigException with all of them
     */
    public static void require(JobSettings settings) {
        if (settings.find(RolloutSettings.class).isPresent()) {
            OnlineBasis.require(settings, OnlineBasis.Given.NOTHING);
        }
    }

    /**
     * A job for the objective among the settings' own records.
     *
     * @throws CheckpointException when the output folder holds another run, or cannot be written
     */
    public static TrainingJob<?, ?> job(JobSettings settings, TrainingJob.Surroundings surroundings) {
        return job(settings, surroundings, List.of());
    }

    /**
     * A job that learns from rewards of the program's own beside those that the settings name.
     *
     * @param rewards lambdas, for one; none for objectives on labelled data
     * @throws CheckpointException when the output folder holds another run, or cannot be written
     */
    public static TrainingJob<?, ?> job(JobSettings settings, TrainingJob.Surroundings surroundings,
            List<NamedReward> rewards) {
        return job(settings, surroundings, rewards, List.of());
    }

    /**
     * A job that bounds costs of the program's own beside those that the settings name.
     *
     * @param costs none for methods that know only rewards
     * @throws CheckpointException when the output folder holds another run, or cannot be written
     */
    public static TrainingJob<?, ?> job(JobSettings settings, TrainingJob.Surroundings surroundings,
            List<NamedReward> rewards, List<NamedReward> costs) {
        if (!costs.isEmpty() && settings.find(CostSettings.class).isEmpty()) {
            throw new IllegalArgumentException("costs for a method that knows only rewards: expected none");
        }
        if (settings.find(RolloutSettings.class).isPresent()) {
            return online(settings, surroundings, new OnlineBasis.Given(rewards, costs));
        }
        if (!rewards.isEmpty()) {
            throw new IllegalArgumentException("rewards for an objective on labelled data: expected none");
        }
        return switch (settings.objective()) {
            case PreferenceObjective pairs ->
                new TrainingJob<>(settings, () -> new PairLesson(settings, pairs), surroundings);
            case UnpairedObjective judged ->
                new TrainingJob<>(settings, () -> new JudgedLesson(settings, judged), surroundings);
            case Objective<?> other -> other(settings, other, surroundings);
        };
    }

    @SuppressWarnings("unchecked") // the class of the signals is the objective's own type argument
    private static TrainingJob<?, ?> other(JobSettings settings, Objective<?> objective,
            TrainingJob.Surroundings surroundings) {
        return Objectives.signals(objective.getClass()) == IlqlSignals.class
                ? new TrainingJob<>(settings, () -> new OfflineLesson(settings, (Objective<IlqlSignals>) objective),
                        surroundings)
                : scoring(settings, objective, surroundings);
    }

    @SuppressWarnings("unchecked") // the class of the signals is the objective's own type argument
    private static TrainingJob<?, ?> online(JobSettings settings, TrainingJob.Surroundings surroundings,
            OnlineBasis.Given given) {
        Objective<?> objective = settings.objective();
        Class<?> signals = Objectives.signals(objective.getClass());
        if (signals == RolloutSignals.class) {
            return new TrainingJob<>(settings,
                    () -> new OnlineLesson(settings, (Objective<RolloutSignals>) objective, given),
                    surroundings);
        } else if (signals == TokenSignals.class) {
            return new TrainingJob<>(settings,
                    () -> new SelectionLesson(settings, (Objective<TokenSignals>) objective, given.rewards()),
                    surroundings);
        } else if (signals == PairSignals.class) {
            return new TrainingJob<>(settings, () -> new ContestLesson<>(settings,
                    (Objective<PairSignals>) objective, new ContestKind.AmongItself(), given.rewards()), surroundings);
        } else if (signals == XpoSignals.class) {
            return new TrainingJob<>(settings, () -> new ContestLesson<>(settings,
                    (Objective<XpoSignals>) objective, new ContestKind.WithReference(), given.rewards()), surroundings);
        }
        throw new IllegalArgumentException("no lesson learns " + signals.getSimpleName() + " from rewards");
    }

    @SuppressWarnings("unchecked") // the class of the signals is the objective's own type argument
    private static TrainingJob<?, ?> scoring(JobSettings settings, Objective<?> objective,
            TrainingJob.Surroundings surroundings) {
        Class<?> signals = Objectives.signals(objective.getClass());
        if (signals == ScorePairSignals.class) {
            return scored(settings, (Objective<ScorePairSignals>) objective, new PairScores(), surroundings);
        } else if (signals == RankedSignals.class) {
            return scored(settings, (Objective<RankedSignals>) objective, new ScoreKinds.Rankings(), surroundings);
        } else if (signals == TargetSignals.class) {
            return scored(settings, (Objective<TargetSignals>) objective, new ScoreKinds.Grades(), surroundings);
        } else if (signals == CostSignals.class) {
            return scored(settings, (Objective<CostSignals>) objective, new ScoreKinds.Costs(), surroundings);
        } else if (signals == TokenScoreSignals.class) {
            return scored(settings, (Objective<TokenScoreSignals>) objective, new ScoreKinds.TokenPairs(),
                    surroundings);
        } else if (objective instanceof ClassObjective classes) {
            return classes.ofSteps()
                    ? scored(settings, classes, new ScoreKinds.Steps(), surroundings)
                    : scored(settings, classes, new ScoreKinds.Classes(classes.classes()), surroundings);
        }
        throw new IllegalArgumentException("no lesson gives " + signals.getSimpleName());
    }

    private static <E, S extends dev.hone.objective.Signals> TrainingJob<?, ?> scored(JobSettings settings,
            Objective<S> objective, ScoreKind<E, S> kind, TrainingJob.Surroundings surroundings) {
        return new TrainingJob<>(settings, () -> new ScoreLesson<>(settings, objective, kind), surroundings);
    }
}
