package dev.hone.objective;

import dev.hone.config.ConfigReader;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
            new Entry("reward", PairwiseReward.class, "score answers so that the better of a pair leads"),
            new Entry("reward-tokens", TokenwiseReward.class,
                    "score answers so that the better of a pair leads at every token after they part"),
            new Entry("reward-ranked", RankedReward.class, "score answers in the order of a list"),
            new Entry("reward-regression", RegressionReward.class, "predict a given score"),
            new Entry("reward-bins", BinnedReward.class, "predict the bin that a score falls into"),
            new Entry("cost", CostModel.class, "score harm: above 0 is unsafe"),
            new Entry("prm", ProcessReward.class, "judge each step of an answer"));

    private Objectives() {}

    /**
     * One objective.
     *
     * @param name as commands have it
     * @param type a record that is an {@link Objective}; its components are settings
     * @param summary what it does, for lists of commands
     */
    public record Entry(String name, Class<? extends Record> type, String summary) {
        /** With its defaults. */
        public Objective<?> make() { return make(Map.of()); }

        /** With these settings; what is left out has its default. */
        public Objective<?> make(Map<String, ?> settings) {
            return (Objective<?>) ConfigReader.record(type, settings);
        }
    }

    /** All of them, in the order in which they are shown. */
    public static List<Entry> all() { return ALL; }

    /** The one of that name. */
    public static Optional<Entry> find(String name) {
        return ALL.stream().filter(entry -> entry.name().equals(name)).findFirst();
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
