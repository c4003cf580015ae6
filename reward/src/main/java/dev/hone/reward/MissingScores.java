package dev.hone.reward;

/** What becomes of a completion that some rewards scored and others did not. One that none scored is unusable always. */
public enum MissingScores {
    /** It is unusable: sums of different rewards are not compared with each other. */
    LEAVE_OUT,
    /** The sum of the others counts, as in TRL, for rewards that are about some rows only. */
    SUM_OTHERS
}
