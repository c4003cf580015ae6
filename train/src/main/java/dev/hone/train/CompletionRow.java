package dev.hone.train;

import java.util.List;

/** Answers whose tokens are read one by one. */
interface CompletionRow extends StepRow {

    /** Tokens of the prompt, with which every sequence begins. */
    int promptLength();

    /** The reference's log-probs of the read tokens of each sequence; empty where none were asked for. */
    List<float[]> reference();
}
