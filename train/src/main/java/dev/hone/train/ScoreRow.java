package dev.hone.train;

import dev.hone.objective.StepTotals;
import dev.hone.text.Packed;

/**
 * Answers to be scored.
 *
 * @param <E> what is known of them
 * @param encoded what is known of them
 * @param packed their sequences
 * @param counts one row, or as many as are classified
 */
record ScoreRow<E>(E encoded, Packed packed, StepTotals counts) implements StepRow {}
