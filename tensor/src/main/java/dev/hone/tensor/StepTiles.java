package dev.hone.tensor;

import dev.hone.tensor.StepAttention.Kept;
import dev.hone.tensor.StepAttention.Shape;

/**
 * The two products of {@link VectorStepAttention} for the queries of one group, for one type of memory. Scores and results
 * stand in an order of the memory's own, which {@link #place} and {@link #write} know.
 */
interface StepTiles {

    /** The products of a type of memory, for one thread. */
    static StepTiles of(Kept kept, Shape shape, Tensor out) {
        return kept.keys().dtype() == DType.BFLOAT16
                ? new NarrowStepTiles(kept, shape, out)
                : new WideStepTiles(kept, shape, out);
    }

    /** Where among the scores of a query that of a token stands. */
    int place(int token);

    /**
     * Queries [G, K] times the keys of a tile.
     *
     * @param start where the tile begins among all keys
     * @param scores [G, room]
     * @param at the tile's first token
     */
    void score(long start, float[] queries, float[] scores, int at);

    /**
     * Adds the values of some tokens of one tile, weighed by their scores, to the results of the group.
     *
     * @param start where the first token's values begin among all values
     * @param from the first token
     * @param end behind the last one
     * @param into where the group begins in the results
     */
    void mix(long start, int from, int end, float[] scores, float[] results, int into);

    /** Writes the results of all heads of a row, [H, K]. */
    void write(int row, float[] results);
}
