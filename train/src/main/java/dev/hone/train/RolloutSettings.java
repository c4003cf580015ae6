package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.rollout.Sampling;
import java.util.List;
import java.util.Optional;

/**
 * How a policy answers prompts while it learns from rewards. {@code per_device_train_batch_size} times
 * {@code gradient_accumulation_steps} counts answers.
 *
 * @param numGenerations answers to each prompt
 * @param stepsPerGeneration into how many optimizer steps the answers of one generation are cut
 * @param numIterations how often they are learned from
 */
@SettingGroup("Rollouts")
public record RolloutSettings(
        @Setting(doc = "Answers to each prompt; none = what is usual for the method: 8 where answers to one prompt are"
                + " compared in groups, 2 where each is compared with the others, else 1.") Optional<Integer> numGenerations,
        @Setting(value = "256", min = 1, aliases = {
                "max_new_tokens", "response_length"}, doc = "Longest answer in tokens.") int maxCompletionLength,
        @Setting(value = "0", min = 0, doc = "Shortest answer in tokens; its end is not drawn before.") int minNewTokens,
        @Setting(above = 0, doc = "Divides the scores before a token is drawn; log-probs are those at this temperature."
                + " None = what is usual for the method: 0.85 where the best answers are imitated, 0.9 where two are"
                + " compared, else 1.") Optional<Double> temperature,
        @Setting(value = "1", above = 0, max = 1, doc = "Draw from the smallest set of tokens that holds this much of the"
                + " probability.") double topP,
        @Setting(value = "0", min = 0, doc = "Draw from so many tokens; 0 = all.") int topK,
        @Setting(value = "0", min = 0, max = 1, doc = "Draw from tokens at least this fraction as probable as the best.") double minP,
        @Setting(doc = "Texts that end an answer, beside the model's own end tokens.") List<String> stopStrings,
        @Setting(value = "1", min = 1, aliases = "num_mini_batches", doc = "Optimizer steps into which the answers of one"
                + " generation are cut.") int stepsPerGeneration,
        @Setting(value = "1", min = 1, aliases = "num_ppo_epochs", doc = "How often the answers of one generation are learned"
                + " from.") int numIterations,
        @Setting(value = "0", min = 0, doc = "Mean of half the squared log-ratio of a token; where a step finds 1.5 times that, it and the"
                + " remaining steps of the generation are left out; 0 = never.") double generationKlLimit,
        @Setting(value = "false", doc = "Do not learn from answers that were cut off by max_completion_length.") boolean maskTruncatedCompletions,
        @Setting(value = "false", doc = "Replace groups whose rewards are all equal, from which nothing can be learned, by"
                + " answers to further prompts (DAPO).") boolean dynamicSampling,
        @Setting(value = "true", doc = "Write every answer with its rewards to rollouts.jsonl.") boolean logCompletions) {

    public RolloutSettings {
        stopStrings = List.copyOf(stopStrings);
        new Checks().require(numGenerations.stream().allMatch(count -> count >= 1), "num_generations", numGenerations,
                "at least 1")
                .require(temperature.stream().allMatch(value -> value > 0), "temperature", temperature, "above 0")
                .require(minNewTokens <= maxCompletionLength, "min_new_tokens", minNewTokens,
                        "at most max_completion_length (" + maxCompletionLength + ")")
                .done();
    }

    /** These, with the temperature of a method where none was chosen. */
    RolloutSettings usually(double usual) {
        return new RolloutSettings(numGenerations, maxCompletionLength, minNewTokens,
                Optional.of(temperature.orElse(usual)), topP, topK, minP, stopStrings, stepsPerGeneration,
                numIterations, generationKlLimit, maskTruncatedCompletions, dynamicSampling, logCompletions);
    }

    /** The temperature at which answers are drawn and read. */
    double drawnAt() { return temperature.orElse(1.0); }

    /** Optimizer steps that one generation serves. */
    long steps() { return (long) stepsPerGeneration * numIterations; }

    /** @param seed of all draws of a generation */
    Sampling sampling(long seed) {
        return new Sampling(drawnAt(), topK, topP, minP, 1, seed);
    }
}
