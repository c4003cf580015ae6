package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.ConfigReader;
import dev.hone.model.Decoder;
import dev.hone.reward.Score;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.Stop;
import dev.hone.tensor.Engine;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a model's answers to prompts are worth, and those of another model to the same prompts: mean rewards, and how often one
 * beats the other.
 */
public final class PolicyComparison {
    /** The name that the setting {@code reward_model} gives its reward. */
    private static final String REWARD_MODEL = "model";

    private final ModelSettings model;
    private final DataSettings data;
    private final RewardSettings rewards;
    private final ComparisonSettings settings;
    private final RewardSource source;

    /**
     * @throws dev.hone.config.ConfigException with what does not fit; nothing is read before
     */
    public PolicyComparison(ModelSettings model, DataSettings data, RewardSettings rewards,
            ComparisonSettings settings) {
        new Checks().require(data.evalData().isEmpty() && data.evalSplit() == 0,
                data.evalData().isEmpty() ? "eval_split" : "eval_data",
                data.evalData().isEmpty() ? data.evalSplit() : data.evalData(), "nothing",
                "Give the prompts to answer as data.").done();
        this.model = model;
        this.data = data;
        this.rewards = rewards;
        this.settings = settings;
        this.source = new RewardSource(rewards, model, List.of());
    }

    /**
     * What came of it.
     *
     * @param prompts how many were answered
     * @param after metrics of the model's answers, under the names of training
     * @param before the same of the other model; none where there is none
     * @param wins how often the model beats the other
     */
    public record Result(int prompts, Map<String, Double> after, Map<String, Double> before, Optional<Wins> wins) {
        /** The main numbers in one flat list. */
        public Map<String, Double> numbers() {
            Map<String, Double> numbers = new LinkedHashMap<>();
            after.forEach((name, value) -> {
                if (name.startsWith("reward") && !name.contains("std")) {
                    Optional.ofNullable(before.get(name)).ifPresent(old -> numbers.put(name + "_before", old));
                    numbers.put(name, value);
                }
            });
            wins.ifPresent(each -> numbers.put("win_rate", each.rate()));
            return numbers;
        }
    }

    /**
     * Prompt by prompt, which answer is worth more.
     *
     * @param by the reward that decides: the reward model where there is one, else the sum of all
     * @param rate wins and half of the ties, as a share
     * @param interval of the rate, 95 % (Wilson)
     * @param ties share of equal rewards
     * @param pairs how many could be compared
     */
    public record Wins(String by, double rate, RewardQuality.Interval interval, double ties, int pairs) {}

    private record Answered(List<Group> groups, Map<String, Double> metrics) {}

    /** Lets the models answer, one after the other, and writes {@code evaluation.json} and {@code answers.jsonl}. */
    public Result run(PrintStream out) {
        if (model.threads() > 0) {
            Engine.threads(model.threads());
        }
        List<AutoCloseable> opened = source.open();
        try {
            Optional<Answered> before = settings.before().map(folder -> answered(folder, out));
            Answered after = answered(model.model(), out);
            Result result = new Result(after.groups().size(), after.metrics(),
                    before.map(Answered::metrics).orElse(Map.of()), before.flatMap(other -> wins(after, other)));
            write(result, after, before);
            return result;
        } finally {
            opened.forEach(OwningPass::close);
        }
    }

    private Answered answered(Path folder, PrintStream out) {
        PromptText.require(data, settings.maxCompletionLength());
        PromptText text = PromptText.load(folder, data);
        text.warnings().forEach(warning -> out.println("warning: " + warning));
        List<PromptRow> prompts = settings.maxSamples() == 0
                ? text.training()
                : text.training().subList(0, Math.min(settings.maxSamples(), text.training().size()));
        out.println(folder + " answers " + prompts.size() + " prompts");
        RolloutSettings drawing = ConfigReader.record(RolloutSettings.class, Map.of("max_completion_length",
                settings.maxCompletionLength(), "temperature", settings.temperature() == 0 ? 1 : settings.temperature(),
                "top_k", settings.temperature() == 0 ? 1 : 0));
        Stop stop = Stop.at(ReplyEnds.of(GenerationDefaults.read(folder), text.tokenizer(), text.template()));
        try (Decoder policy = Decoder.load(folder, model.dtype().dtype(), model.place())) {
            Explorer.Found found = new Explorer(policy, text.words(),
                    new Explorer.Drawing(drawing, stop, settings.seed()), source.rewards())
                    .explore(prompts, 1, 0, 0);
            Explorer.told(found.unusable()).ifPresent(words -> out.println("warning: unusable rewards: " + words));
            Map<String, Double> metrics = new LinkedHashMap<>(found.metrics());
            metrics.keySet().removeIf(name -> name.startsWith("time/"));
            return new Answered(found.groups(), metrics);
        }
    }

    private Optional<Wins> wins(Answered after, Answered before) {
        double wins = 0;
        int ties = 0;
        int pairs = 0;
        for (int i = 0; i < after.groups().size(); i++) {
            Score one = deciding(after.groups().get(i));
            Score other = deciding(before.groups().get(i));
            if (one.usable() && other.usable()) {
                double sign = Math.signum(one.total() - other.total());
                wins += (1 + sign) / 2;
                ties += sign == 0 ? 1 : 0;
                pairs++;
            }
        }
        return pairs == 0
                ? Optional.empty()
                : Optional.of(new Wins(rewards.rewardModel().isPresent() ? "reward_model" : "reward", wins / pairs,
                        RewardQuality.Interval.wilson(wins / pairs, pairs), (double) ties / pairs, pairs));
    }

    private Score deciding(Group group) {
        return rewards.rewardModel().isPresent()
                ? group.byName().getOrDefault(REWARD_MODEL, group.scores()).getFirst()
                : group.scores().getFirst();
    }

    private void write(Result result, Answered after, Optional<Answered> before) {
        ObjectNode json = CheckpointJson.MAPPER.createObjectNode();
        json.put("model", model.model().toString()).put("prompts", result.prompts());
        numbers(json.putObject("after"), result.after());
        settings.before().ifPresent(folder -> {
            json.put("before_model", folder.toString());
            numbers(json.putObject("before"), result.before());
        });
        result.wins().ifPresent(wins -> json.putObject("wins").put("by", wins.by()).put("rate", wins.rate())
                .put("rate_low", wins.interval().low()).put("rate_high", wins.interval().high())
                .put("tie_rate", wins.ties()).put("pairs", wins.pairs()));
        RunFiles.replace(settings.out().resolve("evaluation.json"), CheckpointJson.bytes(json));
        List<String> lines = IntStream.range(0, after.groups().size())
                .mapToObj(i -> answers(after.groups().get(i), before.map(other -> other.groups().get(i)))).toList();
        RunFiles.replace(settings.out().resolve("answers.jsonl"),
                (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static void numbers(ObjectNode json, Map<String, Double> numbers) {
        numbers.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                json.put(name, value);
            }
        });
    }

    private static String answers(Group after, Optional<Group> before) {
        ObjectNode row = CheckpointJson.MAPPER.createObjectNode();
        row.put("prompt", after.prompt().text());
        before.ifPresent(group -> answer(row.putObject("before"), group));
        answer(row.putObject("after"), after);
        return row.toString();
    }

    private static void answer(ObjectNode json, Group group) {
        json.put("completion", group.rollouts().getFirst().text().orElse(""));
        RolloutLog.put(json, "reward", group.scores().getFirst());
        ObjectNode rewards = json.putObject("rewards");
        group.byName().forEach((name, scores) -> RolloutLog.put(rewards, name, scores.getFirst()));
    }
}
