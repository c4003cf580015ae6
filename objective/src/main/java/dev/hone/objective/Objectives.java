package dev.hone.objective;

import dev.hone.config.ConfigReader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The objectives by the names that commands give them; each name has the defaults of its own record. */
public final class Objectives {
    private static final List<Entry> ALL = List.of(
            new Entry("sft", Sft.class, "learn demonstrations"),
            new Entry("dpo", Dpo.class, "prefer chosen to rejected completions, near a reference"),
            new Entry("cpo", Cpo.class, "prefer chosen completions without a reference, and learn them"),
            new Entry("simpo", Simpo.class, "prefer chosen completions by token means, with a margin"),
            new Entry("cpo-simpo", CpoSimpo.class, "SimPO that learns the chosen completions as well"),
            new Entry("orpo", Orpo.class, "learn chosen completions and raise their odds in one go"),
            new Entry("kto", Kto.class, "learn from single completions judged good or bad"),
            new Entry("bco", Bco.class, "learn from single completions judged good or bad, as a classifier of the two"),
            new Entry("tpo", Tpo.class, "prefer chosen completions and learn a third, gold one"),
            new Entry("ilql", Ilql.class, "learn which tokens lead to reward from answers that are given"),
            new Entry("reward", PairwiseReward.class, "score answers so that the better of a pair leads"),
            new Entry("reward-tokens", TokenwiseReward.class,
                    "score answers so that the better of a pair leads at every token after they part"),
            new Entry("reward-ranked", RankedReward.class, "score answers in the order of a list"),
            new Entry("reward-regression", RegressionReward.class, "predict a given score"),
            new Entry("reward-bins", BinnedReward.class, "predict the bin that a score falls into"),
            new Entry("cost", CostModel.class, "score harm: above 0 is unsafe"),
            new Entry("prm", ProcessReward.class, "judge each step of an answer"));

    private static final List<Entry> ONLINE = List.of(
            new Entry("ppo", Ppo.class, "earn rewards with a critic, in small steps", Gae.class, RewardShaping.class),
            new Entry("ppo-lag", Ppo.class, "earn rewards with a critic while costs stay below a bound", Gae.class,
                    RewardShaping.class, Lagrangian.class),
            new Entry("nlpo", Ppo.class, "PPO on the tokens that an earlier state of the policy thinks likely",
                    Gae.class,
                    RewardShaping.class, TopMask.class),
            new Entry("grpo", Grpo.class, "earn rewards by comparing answers to the same prompt, in small steps",
                    GroupRelative.class),
            new Entry("gmpo", Gmpo.class, "GRPO with geometric means of ratios", GroupRelative.class),
            new Entry("rloo", Rloo.class, "earn rewards by comparing each answer with the others to the same prompt",
                    LeaveOneOut.class, RewardShaping.class),
            new Entry("reinforce", Reinforce.class, "earn rewards by the plain policy gradient", MeanBaseline.class,
                    RewardShaping.class),
            new Entry("reinforce++", ReinforcePlusPlus.class,
                    "earn rewards in small steps, normalised over the batch, without a critic", BatchNormalized.class,
                    RewardShaping.class),
            new Entry("a2c", A2c.class, "earn rewards with a critic, each answer used once", Gae.class,
                    RewardShaping.class),
            new Entry("trpo", Trpo.class, "earn rewards by the largest step that stays near the old policy",
                    Gae.class, RewardShaping.class),
            new Entry("raft", Sft.class, "learn the best of the policy's own answers", BestShare.class),
            new Entry("rft", Sft.class, "learn those of the policy's own answers that beat a rising threshold",
                    RisingQuantile.class),
            new Entry("online-dpo", Dpo.class, "prefer the better of two answers of the policy's own",
                    EndPenalty.class),
            new Entry("xpo", Xpo.class, "prefer the better of an answer of the policy's and one of the reference's",
                    EndPenalty.class),
            new Entry("nash-md", NashMd.class, "win against a mixture of the policy and the reference",
                    EndPenalty.class, Opponent.class));

    private Objectives() {}

    /**
     * One objective.
     *
     * @param name as commands have it
     * @param type a record that is an {@link Objective}; its components are settings
     * @param summary what it does, for lists of commands
     * @param beside records whose components are settings, too: what makes advantages or choices of rewards
     */
    public record Entry(String name, Class<? extends Record> type, String summary,
            List<Class<? extends Record>> beside) {

        @SafeVarargs
        Entry(String name, Class<? extends Record> type, String summary, Class<? extends Record>... beside) {
            this(name, type, summary, List.of(beside));
        }

        /** With its defaults. */
        public Objective<?> make() { return make(Map.of()); }

        /** With these settings; what is left out has its default. */
        public Objective<?> make(Map<String, ?> settings) {
            return (Objective<?>) ConfigReader.record(type, settings);
        }
    }

    /** Those on labelled data, in the order in which they are shown. */
    public static List<Entry> all() { return ALL; }

    /** Those on rewards, in the order in which they are shown. */
    public static List<Entry> online() { return ONLINE; }

    /** The one of that name, of whichever kind. */
    public static Optional<Entry> find(String name) {
        return Stream.concat(ALL.stream(), ONLINE.stream()).filter(entry -> entry.name().equals(name)).findFirst();
    }

    /** What the objectives of a type read: the type argument of {@link Objective}. */
    public static Class<?> signals(Class<?> type) {
        for (Type parent : type.getGenericInterfaces()) {
            if (parent instanceof ParameterizedType of && of.getRawType() == Objective.class) {
                return (Class<?>) of.getActualTypeArguments()[0];
            }
            if (parent instanceof Class<?> wider && Objective.class.isAssignableFrom(wider)) {
                return signals(wider);
            }
        }
        throw new IllegalArgumentException(type.getName() + " is no Objective of one kind of signals");
    }
}
