package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import java.util.Set;

/**
 * Odds-ratio preference optimisation (arXiv 2403.07691, eq. 6 and 7): cross-entropy of the chosen row − β·mean log σ(log-odds ratio), where
 * the odds of a completion are those of its token-mean log-prob p̄: log-odds ratio = (p̄_w − p̄_l) − (log(1−e^p̄_w) − log(1−e^p̄_l)).
 * Reward β·p̄.
 *
 * <p>Choices where sources differ: the cross-entropy is over prompt and completion, as TRL's, and counts the tokens of the whole step;
 * p̄ stays below −1e-6, since a certain completion has no odds.
 */
@SettingGroup("Objective: odds-ratio preference optimisation")
public record Orpo(
        @Setting(value = "0.1", above = 0, doc = "Weight of the odds-ratio term (lambda in the paper).") double beta)
        implements
            PreferenceObjective {
    private static final double ALMOST_CERTAIN = -1e-6;

    public Orpo {
        new Checks().require(beta > 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "greater than 0").done();
    }

    @Override
    public Set<Need> needs() { return Set.of(Need.PROMPT_TOKENS); }

    @Override
    public Loss compute(PairSignals s) {
        Tensor likelihood = s.chosen().negativeLogLikelihood().div(s.totals().tokens());
        return new Loss(likelihood.sub(logOddsRatios(s).logSigmoid().sum().mul(beta / s.totals().rows())));
    }

    @Override
    public PairReadings readings(PairSignals s) {
        return new PairReadings(new Side(s.chosen().means().mul(beta), s.chosen().means()),
                new Side(s.rejected().means().mul(beta), s.rejected().means()));
    }

    @Override
    public Metrics metrics(PairSignals s) {
        Tensor ratios = logOddsRatios(s);
        return PreferenceObjective.super.metrics(s)
                .mean("nll_loss", s.chosen().negativeLogLikelihood(), s.chosen().logProbs().count())
                .mean("log_odds_ratio", ratios.logSigmoid()).mean("log_odds_chosen", ratios);
    }

    private static Tensor logOddsRatios(PairSignals s) { return logOdds(s.chosen()).sub(logOdds(s.rejected())); }

    private static Tensor logOdds(CompletionSignals side) {
        Tensor p = side.means().clampMax(ALMOST_CERTAIN);
        return p.sub(p.expm1().neg().log());
    }
}
