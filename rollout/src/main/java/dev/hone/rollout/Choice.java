package dev.hone.rollout;

/**
 * A chosen token.
 *
 * @param token its id
 * @param logProb its log-probability under the distribution it was drawn from
 * @param policyLogProb its log-probability under the model's own distribution at the temperature
 * @param support what could have been drawn; all where it is not asked for
 */
record Choice(int token, float logProb, float policyLogProb, TokenSet support) {}
