package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/**
 * Kahneman-Tversky optimisation (arXiv 2402.01306, eq. 8) on completions judged one by one. With r = log π/π_ref of a completion and
 * z = max(0, mean of r over mismatched completions), not differentiated: desirable λ_D·(1 − σ(β(r − z))), undesirable
 * λ_U·(1 − σ(β(z − r))); mean over the rows of the step. Reward β·r.
 *
 * <p>Choices where sources differ: z is taken over the rows that are given together, as TRL's; {@code apo_zero_unpaired}
 * (arXiv 2408.06266) has z = 0: λ_D·(1 − σ(βr)), λ_U·σ(βr), and so needs no mismatched completions.
 */
@SettingGroup("Objective: Kahneman-Tversky optimisation")
public record Kto(
        @Setting(value = "kto", doc = "Form of the loss: kto, or apo_zero_unpaired, which has no reference point.") LossType lossType,
        @Setting(value = "0.1", above = 0, doc = "Strength of the tie to the reference.") double beta,
        @Setting(value = "1", min = 0, doc = "Weight of desirable rows; times their number about equal to the other product.") double desirableWeight,
        @Setting(value = "1", min = 0, doc = "Weight of undesirable rows.") double undesirableWeight)
        implements
            UnpairedObjective {

    /** Forms of the loss. */
    public enum LossType {
        /** With the reference point z. */
        KTO,
        /** Without. */
        APO_ZERO_UNPAIRED
    }

    public Kto {
        new Checks().require(beta > 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "greater than 0")
                .require(desirableWeight >= 0 && desirableWeight < Double.POSITIVE_INFINITY, "desirable_weight",
                        desirableWeight, "at least 0")
                .require(undesirableWeight >= 0 && undesirableWeight < Double.POSITIVE_INFINITY, "undesirable_weight",
                        undesirableWeight, "at least 0")
                .require(desirableWeight + undesirableWeight > 0, "desirable_weight", desirableWeight,
                        "greater than 0 where undesirable_weight is 0")
                .done();
    }

    @Override
    public Set<Need> needs() {
        return lossType == LossType.KTO
                ? Set.of(Need.REFERENCE, Need.MISMATCHED, Need.WHOLE_STEP)
                : Set.of(Need.REFERENCE);
    }

    @Override
    public Loss compute(UnpairedSignals s) {
        Tensor r = s.completions().logRatios();
        Tensor gain = referencePoint(s).map(r::sub).orElse(r).mul(beta);
        Tensor desirable = gain.neg().sigmoid().mul(s.desirable()).mul(desirableWeight);
        Tensor undesirable = gain.sigmoid().mul(s.undesirable()).mul(undesirableWeight);
        return new Loss(desirable.add(undesirable).sum().div(s.totals().rows()));
    }

    @Override
    public Tensor rewards(CompletionSignals completions) { return completions.logRatios().mul(beta); }

    @Override
    public Metrics metrics(UnpairedSignals s) {
        Metrics metrics = UnpairedObjective.super.metrics(s);
        referencePoint(s).ifPresent(z -> metrics.mean("kl", z.mul(s.completions().count()), s.completions().count()));
        return metrics;
    }

    private Optional<Tensor> referencePoint(UnpairedSignals s) {
        if (lossType == LossType.APO_ZERO_UNPAIRED) {
            return Optional.empty();
        }
        Logistic.requireTwo(s.totals(), "KTO measures a completion against another row's prompt.");
        CompletionSignals mismatched = s.mismatched().orElseThrow(() -> new IllegalArgumentException(
                "signals without MISMATCHED, which KTO names among its needs"));
        return Optional.of(mismatched.logRatios().mean().detach().clampMin(0));
    }
}
