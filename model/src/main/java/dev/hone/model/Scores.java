package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;

/**
 * A chunk of the head's scores with what they say about their targets; statistics in float32.
 *
 * @param scores [R, V]
 * @param targets [R] int64
 * @param normaliser [R, 1] log Σ exp of each row
 * @param readings what the objective sees
 */
record Scores(Tensor scores, Tensor targets, Tensor normaliser, TokenHead.Readings readings) {

    static Scores of(Tensor raw, Tensor targets) {
        Tensor scores = raw.dtype() == DType.FLOAT64 ? raw : raw.to(DType.FLOAT32);
        Tensor normaliser = scores.logSumExp(-1, true);
        Tensor logProbs = scores.gather(1, targets.unsqueeze(1)).sub(normaliser).squeeze(1);
        Tensor mean = scores.mean(-1, false).sub(normaliser.squeeze(1));
        Tensor entropy = normaliser.squeeze(1).sub(scores.sub(normaliser).exp().mul(scores).sum(-1, false));
        Tensor correct = scores.argmax(1).eq(targets).to(DType.FLOAT32);
        return new Scores(raw, targets, normaliser, new TokenHead.Readings(logProbs, mean, entropy, correct));
    }

    /** [R, V] in the type of the scores: ∂/∂z of Σ a·log π(target) + b·mean log π = a·(onehot − p) + b·(1/V − p). */
    Tensor gradient(TokenHead.Derivatives by) {
        Tensor mean = by.byMeanLogProbs().unsqueeze(1);
        Tensor target = by.byLogProbs().unsqueeze(1);
        Tensor gradient = scores.to(readings.logProbs().dtype()).sub(normaliser).exp();
        gradient.mulInPlace(target.add(mean).neg());
        gradient.addInPlace(mean.div(scores.size(1)));
        gradient.scatterAddInPlace(1, targets.unsqueeze(1), target);
        return gradient.to(scores.dtype());
    }
}
