package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.objective.PairLoss.Reads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules between the settings of {@link Dpo}. */
final class DpoChecks {
    private DpoChecks() {}

    /** Forms, the weights given for them, and whether pairs are weighted as well. */
    record Mix(List<PairLoss> forms, List<Double> weights, boolean weighted) {
        boolean reads(Reads what) { return forms.stream().anyMatch(form -> form.reads(what)); }

        boolean comparesPairs() { return forms.stream().anyMatch(form -> !form.reads(Reads.CHOSEN_TOKENS)); }
    }

    static Checks check(Mix mix, double beta, double smoothing, FDivergence divergence) {
        boolean robust = mix.forms.contains(PairLoss.ROBUST);
        return mixing(mix).require(beta > 0 && beta < Double.POSITIVE_INFINITY, "beta", beta, "greater than 0")
                .require(smoothing >= 0 && smoothing <= 0.5, "label_smoothing", smoothing, "0 to 0.5")
                .require(!robust || smoothing < 0.5, "label_smoothing", smoothing, "below 0.5 with loss_type robust",
                        "At 0.5 the labels say nothing, and the correction divides by 1 - 2 * label_smoothing.")
                .require(smoothing == 0 || mix.reads(Reads.SMOOTHING), "label_smoothing", smoothing,
                        "0: no form of loss_type reads it",
                        "sigmoid, exo_pair, robust, aot and aot_unpaired smooth their labels.")
                .require(divergence == FDivergence.REVERSE_KL || mix.reads(Reads.SCORE), "f_divergence_type",
                        divergence, "reverse_kl: no form of loss_type reads it",
                        "The forms that compare scores do, such as sigmoid, hinge and ipo.");
    }

    private static Checks mixing(Mix mix) {
        return new Checks().require(!mix.forms.isEmpty(), "loss_type", mix.forms, "at least one form")
                .require(mix.weights.isEmpty() || mix.weights.size() == mix.forms.size(), "loss_weights", mix.weights,
                        "one weight for each of the " + mix.forms.size() + " forms of loss_type",
                        "Give as many numbers as loss_type has forms, or none.")
                .require(mix.weights.stream().allMatch(weight -> weight >= 0 && weight < Double.POSITIVE_INFINITY),
                        "loss_weights", mix.weights, "numbers of at least 0")
                .require(mix.weights.isEmpty() || mix.weights.stream().anyMatch(weight -> weight > 0), "loss_weights",
                        mix.weights, "a weight greater than 0")
                .require(!mix.weighted || !mix.reads(Reads.ORDER), "use_weighting", true,
                        "false with aot and aot_unpaired",
                        "They compare ranks of the batch, which have no pair to weigh.")
                .require(!mix.weighted || mix.comparesPairs(), "use_weighting", true, "false with sft and raft alone",
                        "They compare nothing that could be weighed.");
    }

    /** Forms with their weights, and RPO's likelihood term where it has one. */
    static List<Map.Entry<PairLoss, Double>> terms(List<PairLoss> forms, List<Double> weights, double rpoAlpha) {
        List<Map.Entry<PairLoss, Double>> terms = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            terms.add(Map.entry(forms.get(i), weights.isEmpty() ? Double.valueOf(1) : weights.get(i)));
        }
        if (rpoAlpha > 0) {
            terms.add(Map.entry(PairLoss.SFT, rpoAlpha));
        }
        return terms;
    }

    static void add(Set<Need> needs, Need need, boolean wanted) {
        if (wanted) {
            needs.add(need);
        }
    }
}
