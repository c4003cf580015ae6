package dev.hone.bench.learning;

import dev.hone.model.ActionValues;
import dev.hone.model.Decoder;
import dev.hone.model.Rows;
import dev.hone.reward.MissingScores;
import dev.hone.reward.NamedReward;
import dev.hone.reward.RewardInput;
import dev.hone.reward.RewardLimits;
import dev.hone.reward.RewardRules;
import dev.hone.reward.RewardScores;
import dev.hone.reward.Rewards;
import dev.hone.rollout.Generation;
import dev.hone.rollout.Perturbed;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.rollout.StopReason;
import dev.hone.rollout.Support;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.text.DialogueFormat;
import dev.hone.text.Encoded;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Packer;
import dev.hone.text.Prompt;
import dev.hone.text.PromptEncoder;
import dev.hone.text.PromptReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model answers to the held-out prompts of a task, one answer each drawn at temperature 1 with the same draws for every
 * model: its reward, what the judges say, and how far it is from the base, Σ log π − log π_base over an answer.
 */
final class HeldOut implements AutoCloseable {
    private static final long SEED = 1000;
    private static final int SHOWN = 6;
    private static final double ADVANTAGE = 4;

    private final Task task;
    private final Decoder base;
    private final HubTokenizer tokenizer;
    private final List<Prompt> prompts;
    private final Rewards rewards;
    private final List<AutoCloseable> opened = new ArrayList<>();

    HeldOut(Task task) {
        this.task = task;
        this.base = Decoder.load(task.base(), DType.FLOAT32, Device.CPU);
        opened.add(base);
        this.tokenizer = HubTokenizer.load(task.base());
        this.prompts = new PromptReader("prompt", DialogueFormat.NONE, false).read(List.of(task.heldOut().toString()));
        List<NamedReward> named = new ArrayList<>(RewardRules.parse(List.of(task.reward())).stream()
                .map(RewardRules.Chosen::open).toList());
        task.judges().rules().forEach(rule -> RewardRules.parse(List.of(rule)).forEach(it -> named.add(it.open())));
        named.addAll(task.judges().given());
        named.stream().map(NamedReward::function).filter(AutoCloseable.class::isInstance)
                .forEach(function -> opened.add((AutoCloseable) function));
        this.rewards = new Rewards(named, RewardLimits.defaults(), MissingScores.LEAVE_OUT);
    }

    /** Means over the answers, by name; some answers are written to {@code shown}. */
    Map<String, Double> measure(Path model, Path shown) throws IOException {
        try (Decoder policy = Decoder.load(model, DType.FLOAT32, Device.CPU)) {
            List<Rollout> rollouts = answers(policy, model);
            List<RewardInput> inputs = rollouts.stream()
                    .map(it -> RewardInput.of(prompts.get(it.prompt()).messages(), it, Map.of())).toList();
            RewardScores scores = rewards.score(inputs);
            Map<String, Double> means = new LinkedHashMap<>();
            scores.byName().forEach((name, all) -> means.put(name,
                    all.stream().mapToDouble(score -> score.total()).average().orElseThrow()));
            if (!ActionValues.areIn(model)) { // else it did not draw from the policy alone
                means.put("kl", (logProbs(policy, rollouts) - logProbs(base, rollouts)) / rollouts.size());
            }
            means.put("tokens", rollouts.stream().mapToInt(it -> it.completionIds().length).average().orElseThrow());
            means.put("ended", rollouts.stream().mapToInt(it -> it.stop() == StopReason.END_TOKEN ? 1 : 0).average()
                    .orElseThrow());
            Files.write(shown, inputs.stream().limit(SHOWN).map(it -> it.prompt() + " |" + it.completion()).toList());
            return means;
        }
    }

    /** Drawn by the policy, or where heads for Q and V lie beside it by its advantages too. */
    private List<Rollout> answers(Decoder policy, Path model) {
        PromptEncoder encoder = new PromptEncoder(tokenizer, Optional.empty());
        List<PromptTokens> asked = PromptTokens
                .of(prompts.stream().map(prompt -> encoder.encode(prompt.conversation())).toList());
        RolloutEngine engine = new RolloutEngine(policy, tokenizer::decodeWithoutSpecialTokens);
        Generation plain = new Generation(task.longest(), 1, Sampling.of(1, SEED),
                Stop.at(tokenizer.vocabulary().eos().orElseThrow()));
        if (!ActionValues.areIn(model)) {
            return engine.generate(asked, plain);
        }
        try (ActionValues heads = ActionValues.forWriting(model, policy)) {
            return engine.generate(asked, plain.with(Support.WHOLE.withConstraint(Perturbed.by(heads, ADVANTAGE))));
        }
    }

    /** Of all answers together. */
    private static double logProbs(Decoder model, List<Rollout> rollouts) {
        List<Encoded> texts = new ArrayList<>();
        for (Rollout rollout : rollouts) {
            int start = rollout.promptIds().length;
            int[] ids = Arrays.copyOf(rollout.promptIds(), start + rollout.completionIds().length);
            System.arraycopy(rollout.completionIds(), 0, ids, start, rollout.completionIds().length);
            float[] counts = new float[ids.length];
            Arrays.fill(counts, start, ids.length, 1);
            texts.add(new Encoded(ids, counts));
        }
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.of(Packer.batch(texts), model.vocabulary(), model.device());
            float[] logProbs = model.head().readings(Tape.inference(), model.hidden(Tape.inference(), rows), rows)
                    .logProbs().toFloats();
            double sum = 0;
            for (float logProb : logProbs) {
                sum += logProb;
            }
            return sum;
        }
    }

    @Override
    public void close() {
        opened.forEach(each -> {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close " + each, e);
            }
        });
    }
}
