package dev.hone.rollout;

/** Why a completion ended. */
public enum StopReason {
    /** A stop token, which is the completion's last token. */
    END_TOKEN,
    /** A stop string, which the completion's last tokens spell. */
    STOP_STRING,
    /** A {@link Constraint} that says it is complete. */
    COMPLETE,
    /** The length limit; the completion is unfinished. */
    LENGTH
}
