package dev.hone.model;

import dev.hone.tensor.Device;
import dev.hone.tensor.Int8Matrix;
import dev.hone.tensor.Nf4Matrix;
import dev.hone.tensor.QuantisedMatrix;
import dev.hone.tensor.Tensor;

/**
 * How the matrices of a model's layers are kept while they are frozen. Embeddings, norms, biases and heads stay dense in any
 * case: they are small, or read by rows, or decide a token.
 *
 * @param kind the codes
 * @param block numbers that share a scale, of NF4
 * @param nested whether scales are quantised too, of NF4
 */
public record Quantisation(Kind kind, int block, boolean nested) {

    /** What a number becomes. */
    public enum Kind {
        /** Itself. */
        NONE,
        /** 4-bit NormalFloat (QLoRA, arXiv 2305.14314). */
        NF4,
        /** 8 bits, with a scale for each row. */
        INT8
    }

    /** Dense weights. */
    public static final Quantisation NONE = new Quantisation(Kind.NONE, 0, false);
    /** QLoRA's: blocks of 64 and double quantisation, 4.127 bits a number. */
    public static final Quantisation NF4 = new Quantisation(Kind.NF4, 64, true);
    /** 8 bits a number and 4 bytes a row. */
    public static final Quantisation INT8 = new Quantisation(Kind.INT8, 0, false);

    /** @throws ModelException for a block size that NF4 does not have */
    public Quantisation {
        if (kind == Kind.NF4 && (block < 32 || block > 4096 || Integer.bitCount(block) != 1)) {
            throw new ModelException("NF4 in blocks of " + block + ": expected a power of two from 32 to 4096. QLoRA's"
                    + " is 64");
        }
    }

    /** A quantised copy of a matrix [rows, columns]. */
    QuantisedMatrix quantise(Tensor values, Device device) {
        return switch (kind) {
            case NONE -> throw new IllegalStateException("dense weights are not quantised");
            case NF4 -> Nf4Matrix.quantise(values, block, nested, device);
            case INT8 -> Int8Matrix.quantise(values, device);
        };
    }
}
