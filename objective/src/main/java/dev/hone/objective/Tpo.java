package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Set;

/**
 * Triple preference optimisation (arXiv 2405.16681): a pair loss of u = p_w − p_l without a reference, plus α·token-mean cross-entropy
 * of a third, gold completion. Reward β·p.
 *
 * <p>Choices where sources differ: p is the sum of log-probs, for ipo and tpo_l their token mean, as TRL; tpo_l asks for the
 * margin γ: −log σ(βu − γ). The cross-entropy counts the gold tokens of the whole step.
 */
@SettingGroup("Objective: triple preference optimisation")
public record Tpo(
        @Setting(value = "sigmoid", doc = "Form of the pair loss: sigmoid, hinge, ipo or tpo_l.") LossType lossType,
        @Setting(value = "0.01", above = 0, doc = "Scale of the rewards.") double beta,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong labels, for sigmoid and tpo_l.") double labelSmoothing,
        @Setting(value = "1", min = 0, doc = "Weight of the gold completions' cross-entropy.") double tpoAlpha,
        @Setting(value = "0.5", doc = "Reward margin that tpo_l asks for.") double tpoLGamma)
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
        TPO_L
    }

    public Tpo {
        new Checks().require(beta > 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "greater than 0")
                .require(labelSmoothing >= 0 && labelSmoothing <= 0.5, "label_smoothing", labelSmoothing, "0 to 0.5")
                .require(labelSmoothing == 0 || lossType == LossType.SIGMOID || lossType == LossType.TPO_L,
                        "label_smoothing", labelSmoothing, "0 with loss_type hinge and ipo",
                        "They have no labels to smooth: set loss_type to sigmoid or tpo_l.")
                .require(tpoAlpha >= 0 && tpoAlpha < Double.POSITIVE_INFINITY, "tpo_alpha", tpoAlpha, "at least 0")
                .require(Double.isFinite(tpoLGamma), "tpo_l_gamma", tpoLGamma, "a number").done();
    }

    @Override
    public Set<Need> needs() { return tpoAlpha == 0 ? Set.of() : Set.of(Need.GOLD); }

    @Override
    public Loss compute(PairSignals s) {
        Tensor u = logProbs(s.chosen()).sub(logProbs(s.rejected()));
        Tensor perPair = switch (lossType) {
            case SIGMOID -> Logistic.smoothed(u.mul(beta), labelSmoothing);
            case HINGE -> u.mul(-beta).add(1).clampMin(0);
            case IPO -> u.sub(0.5 / beta).square();
            case TPO_L -> Logistic.smoothed(u.mul(beta).sub(tpoLGamma), labelSmoothing);
        };
        Tensor preference = perPair.sum().div(s.totals().rows());
        return new Loss(tpoAlpha == 0
                ? preference
                : preference.add(gold(s).negativeLogLikelihood().mul(tpoAlpha / s.totals().tokens())));
    }

    @Override
    public PairReadings readings(PairSignals s) {
        return new PairReadings(new Side(logProbs(s.chosen()).mul(beta), logProbs(s.chosen())),
                new Side(logProbs(s.rejected()).mul(beta), logProbs(s.rejected())));
    }

    @Override
    public Metrics metrics(PairSignals s) {
        Metrics metrics = PreferenceObjective.super.metrics(s);
        return tpoAlpha == 0
                ? metrics
                : metrics.mean("nll_loss", gold(s).negativeLogLikelihood(), gold(s).logProbs().count());
    }

    private Tensor logProbs(CompletionSignals side) {
        return lossType == LossType.IPO || lossType == LossType.TPO_L ? side.means() : side.sums();
    }

    private static CompletionSignals gold(PairSignals s) {
        return s.gold().orElseThrow(() -> new IllegalArgumentException(
                "pairs without GOLD, which TPO names among its needs"));
    }
}
