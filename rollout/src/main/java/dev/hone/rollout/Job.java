package dev.hone.rollout;

/**
 * One completion to write.
 *
 * @param number its place in the result
 * @param group the place of its prompt in the request
 * @param prompt what to continue
 * @param sample which completion of the prompt
 * @param limit its longest length
 */
record Job(int number, int group, PromptTokens prompt, int sample, int limit) {

    double uniform(long seed, int position) { return Uniform.of(seed, prompt.index(), sample, position); }
}
