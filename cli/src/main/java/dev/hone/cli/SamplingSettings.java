package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.rollout.Generation;
import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.rollout.Support;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How tokens are chosen and when a reply ends. What is not given comes from the model's {@code generation_config.json}.
 *
 * @param maxNewTokens of one completion
 * @param minNewTokens of one completion
 * @param ilqlBeta only of models with Q heads
 * @param stop texts that end a completion
 */
@SettingGroup("Generation (what is not given comes from the model's generation_config.json, else from the default named)")
record SamplingSettings(
        @Setting(min = 1, doc = "Longest completion in tokens; else 256.") Optional<Integer> maxNewTokens,
        @Setting(value = "0", min = 0, doc = "Shortest completion in tokens: end tokens cannot be drawn before; 0 = off.") int minNewTokens,
        @Setting(min = 0, doc = "Divides the scores: below 1 safer, above 1 wilder; 0 = always the best token; else 0, or 1"
                + " where the model says do_sample.") Optional<Double> temperature,
        @Setting(min = 0, doc = "Only the k best tokens; 0 = all; else 50.") Optional<Integer> topK,
        @Setting(above = 0, max = 1, doc = "Only the best tokens that hold this much of the probability; else 1 = all.") Optional<Double> topP,
        @Setting(min = 0, max = 1, doc = "Only tokens at least this fraction as probable as the best one; else 0 = all.") Optional<Double> minP,
        @Setting(above = 0, doc = "Makes tokens that were there before less likely; else 1 = off.") Optional<Double> repetitionPenalty,
        @Setting(min = 0, doc = "Of a model that hone ilql trained: how much the advantage that its Q heads see in a token adds to the"
                + " token's score; 0 = off; else 1.") Optional<Double> ilqlBeta,
        @Setting(doc = "Texts that end a completion and are left out of it, beside the model's end tokens.") List<String> stop,
        @Setting(value = "42", doc = "Of the draws: the same seed gives the same text.") long seed) {
    private static final int MAX_NEW_TOKENS = 256;

    /** @param ends tokens that end a completion, beside the stop texts */
    Generation generation(GenerationDefaults defaults, Set<Integer> ends, int samples) {
        Sampling theirs = defaults.sampling();
        Sampling sampling = new Sampling(temperature.orElse(theirs.temperature()), topK.orElse(theirs.topK()),
                topP.orElse(theirs.topP()), minP.orElse(theirs.minP()),
                repetitionPenalty.orElse(theirs.repetitionPenalty()), seed);
        int longest = maxNewTokens.or(defaults::maxNewTokens).orElse(MAX_NEW_TOKENS);
        new Checks().require(minNewTokens <= longest, "min_new_tokens", minNewTokens,
                "at most max_new_tokens, " + longest, "Give fewer, or a larger max_new_tokens.").done();
        return new Generation(longest, samples, sampling, new Stop(ends, stop))
                .with(Support.WHOLE.withMinNewTokens(minNewTokens));
    }
}
