package dev.hone.rollout;

/**
 * One request: how long, how many, how chosen, where to stop.
 *
 * @param maxNewTokens the longest completion
 * @param samplesPerPrompt completions of every prompt
 * @param sampling how tokens are chosen
 * @param stop what ends a completion early
 */
public record Generation(int maxNewTokens, int samplesPerPrompt, Sampling sampling, Stop stop) {
    public Generation {
        Sampling.require(maxNewTokens >= 1, "max_new_tokens", maxNewTokens, "at least 1");
        Sampling.require(samplesPerPrompt >= 1, "samples_per_prompt", samplesPerPrompt, "at least 1");
    }
}
