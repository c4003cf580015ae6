package dev.hone.rollout;

/**
 * A chosen token.
 *
 * @param token its id
 * @param logProb its log-probability under the distribution it was drawn from
 */
record Choice(int token, float logProb) {}
