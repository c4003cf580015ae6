package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Ops;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;

/**
 * Noise on embeddings while training (NEFTune, arXiv 2310.05914, algorithm 1): uniform in ±α/√(L·D), where L is the length of
 * the sequence itself; padding does not exist here, so it cannot count.
 *
 * @param alpha α
 */
record Neftune(double alpha) implements Decoder.Embedded {

    @Override
    public Tensor change(Tape tape, Tensor embedded, Rows rows) {
        if (!tape.isTraining() || alpha == 0) {
            return embedded;
        }
        long width = embedded.size(1);
        float[] scale = new float[rows.tokens()];
        for (int n = 0; n < rows.sequences(); n++) {
            int length = rows.starts()[n + 1] - rows.starts()[n];
            java.util.Arrays.fill(scale, rows.starts()[n], rows.starts()[n + 1],
                    (float) (alpha / Math.sqrt((double) length * width)));
        }
        Tensor noise = tape.randomness().uniform(-1, 1, DType.FLOAT32, embedded.device(), rows.tokens(), width)
                .mul(Tensors.of(scale, scale.length, 1).to(embedded.device())).to(embedded.dtype());
        return Ops.addConstant(tape, embedded, noise);
    }
}
