package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.tensor.Tensor;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Rules between the settings of {@link Grpo}, and what each form reports of its bounds. */
final class GrpoChecks {
    private GrpoChecks() {}

    static Checks range(GrpoLoss form, double epsilon, Optional<Double> high, Optional<Double> delta) {
        return PolicyGradient.range(new Checks(), epsilon, high)
                .require(form != GrpoLoss.CISPO || high.isPresent(), "epsilon_high", high,
                        "a number with loss_type cispo",
                        "It is the largest ratio itself there; its authors take about 5.")
                .require(delta.isEmpty() || form.clips(), "delta", delta,
                        "no value with loss_type " + form.name().toLowerCase(Locale.ROOT),
                        "This form bounds its ratios in its own way: leave delta out.")
                .require(delta.isEmpty() || delta.get() > 1, "delta", delta, "greater than 1");
    }

    static Set<Need> needs(double beta, double entropyCoef, double topEntropyQuantile) {
        Set<Need> needs = EnumSet.noneOf(Need.class);
        DpoChecks.add(needs, Need.REFERENCE, beta > 0);
        DpoChecks.add(needs, Need.ENTROPY, entropyCoef > 0 || topEntropyQuantile < 1);
        DpoChecks.add(needs, Need.WHOLE_STEP, topEntropyQuantile < 1);
        return needs;
    }

    /** Rules of the numbers that shape sapo and vespo. */
    static void shapes(double temperaturePos, double temperatureNeg, double kPos, double lambdaPos, double kNeg,
            double lambdaNeg) {
        Checks checks = PolicyGradient.aboveZero(new Checks(), "sapo_temperature_pos", temperaturePos);
        PolicyGradient.aboveZero(checks, "sapo_temperature_neg", temperatureNeg);
        PolicyGradient.atLeastZero(checks, "vespo_k_pos", kPos);
        PolicyGradient.aboveZero(checks, "vespo_lambda_pos", lambdaPos);
        PolicyGradient.atLeastZero(checks, "vespo_k_neg", kNeg);
        PolicyGradient.aboveZero(checks, "vespo_lambda_neg", lambdaNeg).done();
    }

    static Metrics clipping(Metrics metrics, RolloutSignals s, Tensor ratios, Grpo settings) {
        Tensor advantages = s.advantages();
        return switch (settings.lossType()) {
            case GRPO, BNPO, DR_GRPO, DAPO, LUSPO -> {
                Tensor below = settings.clip().below(ratios, advantages);
                Tensor above = settings.clip().above(ratios, advantages);
                yield settings.importanceSamplingLevel() == ImportanceLevel.SEQUENCE
                        ? PolicyGradient.rowClipRatios(metrics, s, s.rowMeans(below), s.rowMeans(above))
                        : PolicyGradient.clipRatios(metrics, s, below, above);
            }
            case CISPO -> metrics.mean("cispo_clip_ratio", ratios.gt(settings.epsilonHigh().orElseThrow())
                    .to(ratios.dtype()).mul(advantages.gt(0).to(ratios.dtype())), s.weights());
            case SAPO -> metrics;
            case VESPO -> metrics.mean("vespo/phi_seq_mean", GrpoLoss.phi(s, settings), s.counted());
        };
    }
}
