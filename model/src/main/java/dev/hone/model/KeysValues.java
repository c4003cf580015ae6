package dev.hone.model;

import dev.hone.tensor.Tensor;

/**
 * Keys and values of some tokens in one layer, or their gradients.
 *
 * @param keys [Hkv, tokens, K], as attention reads them
 * @param values [Hkv, tokens, K]
 */
record KeysValues(Tensor keys, Tensor values) {

    /** Those of some tokens. */
    KeysValues part(int first, int tokens) {
        return new KeysValues(keys.narrow(1, first, tokens), values.narrow(1, first, tokens));
    }

    void close() {
        keys.close();
        values.close();
    }
}
