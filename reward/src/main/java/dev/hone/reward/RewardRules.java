package dev.hone.reward;

import dev.hone.config.ConfigException;
import dev.hone.config.ConfigReader;
import dev.hone.config.Nearest;
import dev.hone.config.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rewards that a configuration can choose by name, and the text that chooses them: {@code NAME}, or
 * {@code NAME(key=value, …)}, with {@code :WEIGHT} behind it, separated by commas, such as
 * {@code numeric_match:2, length(target=50):0.1}. A value with commas or brackets stands in quotes, a list in square brackets.
 * {@code as=NAME} gives another name for the log, which two rewards of one kind need.
 */
public final class RewardRules {
    private static final List<Entry> ALL = List.of(
            new Entry("numeric_match", NumericMatch.class, "1 for the reference's number"),
            new Entry("exact_match", ExactMatch.class, "1 for the reference's text"),
            new Entry("regex", RegexMatch.class, "1 where an expression is found"),
            new Entry("json", JsonRule.class, "1 for JSON, as a schema wants it"),
            new Entry("format_tags", FormatTags.class, "1 for tags in their order"),
            new Entry("think_format", ThinkFormat.class, "1 for thoughts in <think> and </think>, then an answer"),
            new Entry("length", LengthTarget.class, "how near a length is to a target"),
            new Entry("cosine_scaled", CosineScaled.class, "right and short, or wrong and long"),
            new Entry("soft_overlong_punishment", SoftOverlongPunishment.class, "below 0 for what is too long"),
            new Entry("repetition_penalty", RepetitionPenalty.class, "below 0 for repeated n-grams"),
            new Entry("words", WordList.class, "words to use and to avoid"),
            new Entry("increasing_numbers", IncreasingNumbers.class, "numbers that rise"),
            new Entry("dates", SentencesWithDates.class, "a date"),
            new Entry("text_metric", TextMetric.class, "BLEU, chrF, ROUGE, METEOR or TER against references"),
            new Entry("model", ModelRewardSettings.class, "a reward model or classifier"),
            new Entry("http", HttpRewardSettings.class, "a service that scores"));

    private RewardRules() {}

    /**
     * One kind of reward.
     *
     * @param name as texts have it
     * @param type a record of settings that is a {@link RewardFunction} or a {@link RewardSpec}
     * @param summary what it rewards, for lists
     */
    public record Entry(String name, Class<? extends Record> type, String summary) {}

    /**
     * A reward that was chosen, not yet open.
     *
     * @param name under which it is logged
     * @param settings a {@link RewardFunction} or a {@link RewardSpec}
     * @param weight its factor in the sum
     */
    public record Chosen(String name, Record settings, double weight) {
        /** Ready to score; what was opened is {@link AutoCloseable} where it holds something. */
        public NamedReward open() {
            return new NamedReward(name,
                    settings instanceof RewardSpec spec ? spec.open() : (RewardFunction) settings, weight);
        }
    }

    /** All kinds, in the order in which they are shown. */
    public static List<Entry> all() { return ALL; }

    private static Optional<Entry> find(String name) {
        return ALL.stream().filter(entry -> entry.name().equals(name)).findFirst();
    }

    /**
     * Reads texts that choose rewards. Parts of one choice may stand in several texts, as a list setting cuts them at commas.
     *
     * @throws ConfigException with every mistake
     */
    public static List<Chosen> parse(List<String> texts) {
        List<Problem> problems = new ArrayList<>();
        List<Chosen> chosen = new ArrayList<>();
        for (RewardText.Part part : RewardText.read(String.join(",", texts), problems)) {
            choose(part, problems).ifPresent(chosen::add);
        }
        Set<String> names = new HashSet<>();
        for (Chosen each : chosen) {
            if (!names.add(each.name())) {
                problems.add(new Problem("reward", each.name() + " twice", "each name once", "",
                        "Give one of them another name, such as " + each.name() + "(as=second, …)."));
            }
        }
        if (chosen.isEmpty() && problems.isEmpty()) {
            problems.add(new Problem("reward", "nothing", "at least one reward", "", known()));
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return List.copyOf(chosen);
    }

    private static Optional<Chosen> choose(RewardText.Part part, List<Problem> problems) {
        Optional<Entry> entry = find(part.name());
        if (entry.isEmpty()) {
            problems.add(new Problem("reward", part.name(), "the name of a reward", part.where(),
                    Nearest.of(part.name(), ALL.stream().map(Entry::name).toList())
                            .map(near -> "Did you mean " + near + "? ").orElse("") + known()));
            return Optional.empty();
        }
        List<String> flags = new ArrayList<>();
        for (Map.Entry<String, String> setting : part.settings().entrySet()) {
            if (!setting.getKey().equals("as")) {
                flags.add("--" + setting.getKey() + "=" + setting.getValue());
            }
        }
        try {
            Record settings = ConfigReader.of(List.of(entry.get().type())).parse(flags).get(entry.get().type());
            return Optional.of(new Chosen(part.settings().getOrDefault("as", part.name()), settings, part.weight()));
        } catch (ConfigException refused) {
            refused.problems().forEach(problem -> problems.add(new Problem(part.name() + "." + problem.key(),
                    problem.found(), problem.expected(), part.where(), problem.advice())));
            return Optional.empty();
        }
    }

    private static String known() {
        return "There are " + String.join(", ", ALL.stream().map(Entry::name).toList()) + ".";
    }
}
