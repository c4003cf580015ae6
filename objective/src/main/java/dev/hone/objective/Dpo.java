package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.objective.PairLoss.Reads;
import dev.hone.tensor.Tensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Direct preference optimisation (arXiv 2305.18290): the weighted mix of {@link PairLoss} forms of each pair, mean over the pairs of the
 * step, with implicit reward β·log π/π_ref.
 *
 * <p>Choices where sources differ: log-probs are sums over the completion, end token included; forms named by D or s read the
 * f-divergence's score, the others the plain log-ratio, as TRL; {@code sigmoid} honours label smoothing (TRL 1.13 has lost it);
 * LD-DPO (arXiv 2409.06411) discounts tokens beyond the shorter completion for policy and reference, not in
 * likelihood terms; WPO (arXiv 2406.11827) weighs a pair by its completions' alignment, neither differentiated nor clamped, likelihood terms
 * stay unweighted; RPO (arXiv 2404.19733) adds token-mean cross-entropy of the chosen completions.
 */
@SettingGroup("Objective: direct preference optimisation")
public record Dpo(
        @Setting(value = "sigmoid", doc = "Form of the loss, or several to be mixed.") List<PairLoss> lossType,
        @Setting(value = "", min = 0, doc = "Weight of each form; empty: 1 each.") List<Double> lossWeights,
        @Setting(value = "0.1", above = 0, doc = "Strength of the tie to the reference.") double beta,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong labels.") double labelSmoothing,
        @Setting(value = "reverse_kl", doc = "Divergence between policy and reference.") FDivergence fDivergenceType,
        @Setting(value = "0.5", doc = "Alpha of alpha_divergence.") double fAlphaDivergenceCoef,
        @Setting(value = "0.05", above = 0, doc = "Temperature of discopop's blend.") double discopopTau,
        @Setting(value = "", min = 0, max = 1, doc = "Factor of log-probs beyond the shorter completion (LD-DPO).") Optional<Double> ldAlpha,
        @Setting(value = "false", doc = "Weigh pairs by how probable the policy finds them (WPO).") boolean useWeighting,
        @Setting(value = "0", min = 0, doc = "Weight of the chosen completions' cross-entropy (RPO).") double rpoAlpha,
        @Setting(value = "false", doc = "Do without a reference: log-ratios are log-probs.") boolean referenceFree)
        implements
            PreferenceObjective {

    public Dpo {
        lossType = List.copyOf(lossType);
        lossWeights = List.copyOf(lossWeights);
        DpoChecks.check(new DpoChecks.Mix(lossType, lossWeights, useWeighting), beta, labelSmoothing, fDivergenceType)
                .require(discopopTau > 0, "discopop_tau", discopopTau, "greater than 0")
                .require(Double.isFinite(fAlphaDivergenceCoef), "f_alpha_divergence_coef", fAlphaDivergenceCoef,
                        "a number")
                .require(ldAlpha.stream().allMatch(a -> a >= 0 && a <= 1), "ld_alpha", ldAlpha, "0 to 1")
                .require(rpoAlpha >= 0 && rpoAlpha < Double.POSITIVE_INFINITY, "rpo_alpha", rpoAlpha, "at least 0")
                .done();
    }

    @Override
    public Set<Need> needs() {
        Set<Need> needs = EnumSet.noneOf(Need.class);
        DpoChecks.add(needs, Need.REFERENCE, !referenceFree);
        DpoChecks.add(needs, Need.COLLISIONS, useWeighting);
        DpoChecks.add(needs, Need.MARGINS, lossType.stream().anyMatch(form -> form.reads(Reads.MARGIN)));
        DpoChecks.add(needs, Need.WHOLE_STEP, lossType.stream().anyMatch(form -> form.reads(Reads.ORDER)));
        return needs;
    }

    @Override
    public Loss compute(PairSignals given) {
        if (needs().contains(Need.WHOLE_STEP)) {
            Logistic.requireTwo(given.totals(), "aot and aot_unpaired compare ranks within the batch.");
        }
        PairSignals plain = related(given);
        PairView view = PairView.of(discounted(plain), fDivergenceType, fAlphaDivergenceCoef);
        PairView chosen = new PairView(plain, view.a(), view.b(), view.chosenScore(), view.rejectedScore());
        Tensor total = view.a().mul(0);
        for (Map.Entry<PairLoss, Double> term : terms()) {
            boolean likelihood = term.getKey().reads(Reads.CHOSEN_TOKENS);
            Tensor perPair = term.getKey().perPair(likelihood ? chosen : view, this).mul(term.getValue());
            total = total.add(useWeighting && !likelihood ? perPair.mul(alignment(plain)) : perPair);
        }
        return new Loss(total.sum().div(given.totals().rows()));
    }

    @Override
    public PairReadings readings(PairSignals given) {
        PairSignals s = discounted(related(given));
        return new PairReadings(new Side(s.chosen().logRatios().mul(beta), s.chosen().sums()),
                new Side(s.rejected().logRatios().mul(beta), s.rejected().sums()));
    }

    private List<Map.Entry<PairLoss, Double>> terms() { return DpoChecks.terms(lossType, lossWeights, rpoAlpha); }

    private PairSignals related(PairSignals s) {
        return referenceFree ? s.mapped(CompletionSignals::withoutReference) : s;
    }

    private PairSignals discounted(PairSignals s) { return ldAlpha.map(s::discounted).orElse(s); }

    private static Tensor alignment(PairSignals s) {
        return s.chosen().alignment().add(s.rejected().alignment()).exp().detach();
    }
}
