package dev.hone.model;

import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;

/** How the rows of one forward pass look at each other: packed sequences, or one new token each against a cache. */
interface Attending {

    /**
     * Attention of one layer.
     *
     * @param qkv [T, (H + 2·Hkv)·K], queries, keys and values before rotation
     * @return [T, H·K]
     */
    Tensor attend(Tape tape, Tensor qkv, int layer);
}
