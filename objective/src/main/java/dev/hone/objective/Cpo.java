package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;

/**
 * Contrastive preference optimisation (arXiv 2401.08417, eq. 3 and 4) and its relatives without a reference: a pair loss of
 * u = p_w − p_l plus a share of the chosen completions' token-mean cross-entropy. Reward β·p.
 *
 * <p>Choices where sources differ:
 * <ul>
 * <li>p is the sum of log-probs for sigmoid and hinge, their token mean for ipo and simpo, as TRL;
 * <li>{@code simpo} (arXiv 2405.14734, eq. 6) takes γ as a margin of rewards: log σ(β(u − γ/β)) = log σ(βu − γ);
 * <li>α ≠ 0 is AlphaPO (arXiv 2501.03884): p becomes (1 − e^(−αp))/α, the exponent bounded by 80;
 * <li>the cross-entropy counts the tokens of the whole step, TRL's those of a micro-batch.
 * </ul>
 */
@SettingGroup("Objective: contrastive preference optimisation")
public record Cpo(
        @Setting(value = "sigmoid", doc = "Form of the pair loss: sigmoid, hinge, ipo or simpo.") LossType lossType,
        @Setting(value = "0.1", above = 0, doc = "Scale of the rewards.") double beta,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong labels, for sigmoid and simpo.") double labelSmoothing,
        @Setting(value = "1", min = 0, doc = "Weight of the chosen completions' cross-entropy.") double cpoAlpha,
        @Setting(value = "0.5", doc = "Reward margin that simpo asks for.") double simpoGamma,
        @Setting(value = "0", doc = "AlphaPO's alpha, the shape of the reward; 0 is the log-prob itself.") double alpha)
        implements
            PreferenceObjective {

    /** Forms of the pair loss. */
    public enum LossType {
        /** −log σ(βu), smoothed. */
        SIGMOID,
        /** max(0, 1 − βu). */
        HINGE,
        /** (u − 1/(2β))², token means. */
        IPO,
        /** −log σ(βu − γ), smoothed, token means. */
        SIMPO;

        boolean readsMeans() { return this == IPO || this == SIMPO; }

        boolean smooths() { return this == SIGMOID || this == SIMPO; }
    }

    public Cpo {
        new Checks().require(beta > 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "greater than 0")
                .require(labelSmoothing >= 0 && labelSmoothing <= 0.5, "label_smoothing", labelSmoothing, "0 to 0.5")
                .require(labelSmoothing == 0 || lossType.smooths(), "label_smoothing", labelSmoothing,
                        "0 with loss_type hinge and ipo",
                        "They have no labels to smooth: set loss_type to sigmoid or simpo.")
                .require(cpoAlpha >= 0 && cpoAlpha < Double.POSITIVE_INFINITY, "cpo_alpha", cpoAlpha, "at least 0")
                .require(Double.isFinite(simpoGamma), "simpo_gamma", simpoGamma, "a number")
                .require(Double.isFinite(alpha), "alpha", alpha, "a number").done();
    }

    @Override
    public Loss compute(PairSignals s) {
        Tensor u = shaped(s.chosen()).sub(shaped(s.rejected()));
        Tensor perPair = switch (lossType) {
            case SIGMOID -> Logistic.smoothed(u.mul(beta), labelSmoothing);
            case HINGE -> u.mul(-beta).add(1).clampMin(0);
            case IPO -> u.sub(0.5 / beta).square();
            case SIMPO -> Logistic.smoothed(u.mul(beta).sub(simpoGamma), labelSmoothing);
        };
        Tensor preference = perPair.sum().div(s.totals().rows());
        return new Loss(cpoAlpha == 0
                ? preference
                : preference.add(s.chosen().negativeLogLikelihood().mul(cpoAlpha / s.totals().tokens())));
    }

    @Override
    public PairReadings readings(PairSignals s) {
        return new PairReadings(new Side(shaped(s.chosen()).mul(beta), logProbs(s.chosen())),
                new Side(shaped(s.rejected()).mul(beta), logProbs(s.rejected())));
    }

    @Override
    public Metrics metrics(PairSignals s) {
        Metrics metrics = PreferenceObjective.super.metrics(s);
        return cpoAlpha == 0
                ? metrics
                : metrics.mean("nll_loss", s.chosen().negativeLogLikelihood(), s.chosen().logProbs().count());
    }

    private Tensor logProbs(CompletionSignals side) { return lossType.readsMeans() ? side.means() : side.sums(); }

    private Tensor shaped(CompletionSignals side) {
        Tensor p = logProbs(side);
        return alpha == 0 ? p : Logistic.boundedExp(p.mul(-alpha)).neg().add(1).div(alpha);
    }
}
