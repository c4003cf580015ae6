package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.tensor.Tensor;

/** Pieces that several losses are made of, in forms that stay finite. */
final class Logistic {
    /** e^80 and its square root of slopes stay inside float32. */
    private static final double LARGEST_EXPONENT = 80;

    private Logistic() {}

    /** −(1−ε)·log σ(x) − ε·log σ(−x): the logistic loss where a share ε of the labels is wrong. */
    static Tensor smoothed(Tensor x, double epsilon) {
        Tensor right = x.logSigmoid().neg();
        return epsilon == 0
                ? right
                : right.mul(1 - epsilon).sub(x.neg().logSigmoid().mul(epsilon));
    }

    /** e^x, flat beyond e^80. */
    static Tensor boundedExp(Tensor x) { return x.clampMax(LARGEST_EXPONENT).exp(); }

    /** Refuses a step whose statistic would be one row against itself. */
    static void requireTwo(StepTotals totals, String reason) {
        new Checks().require(totals.rows() >= 2, "per_device_train_batch_size", totals.rows() + " in this step",
                "at least 2", reason).done();
    }
}
