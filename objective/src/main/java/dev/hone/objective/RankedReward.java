package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Reward model on lists of k ordered answers (arXiv 2203.02155, eq. 1): over all k(k−1)/2 pairs of a list the mean of
 * −log σ(r_i − r_j) + λ·½(r_i² + r_j²), i better than j; mean over the lists of the step.
 *
 * <p>Choices where sources differ: the mean is taken within a list first, so that a long list counts as much as a short one, as in
 * InstructGPT and Open-Assistant.
 */
@SettingGroup("Objective: reward model on ranked lists")
public record RankedReward(
        @Setting(value = "0.001", min = 0, doc = "Weight of the mean squared score.") double rewardL2,
        @Setting(value = "0", min = 0, max = 0.5, doc = "Assumed share of wrong orders.") double labelSmoothing)
        implements
            Objective<RankedSignals> {

    public RankedReward {
        new Checks().require(rewardL2 >= 0 && rewardL2 < Double.POSITIVE_INFINITY, "reward_l2", rewardL2, "at least 0")
                .require(labelSmoothing >= 0 && labelSmoothing <= 0.5, "label_smoothing", labelSmoothing, "0 to 0.5")
                .done();
    }

    @Override
    public Loss compute(RankedSignals s) {
        AllPairs pairs = AllPairs.of(s);
        Tensor preference = Logistic.smoothed(pairs.better.sub(pairs.worse), labelSmoothing);
        Tensor size = pairs.better.square().add(pairs.worse.square()).mul(0.5 * rewardL2);
        return new Loss(preference.add(size).mul(pairs.shares).sum().div(s.totals().rows()));
    }

    @Override
    public Metrics metrics(RankedSignals s) {
        AllPairs pairs = AllPairs.of(s);
        return Scores.range(s.scores()).mean("accuracy", pairs.better.gt(pairs.worse), pairs.shares).mean("margin",
                pairs.better.sub(pairs.worse), pairs.shares);
    }

    /** All pairs [q] of all lists; shares add up to 1 in each list. */
    private record AllPairs(Tensor better, Tensor worse, Tensor shares) {
        static AllPairs of(RankedSignals s) {
            List<long[]> places = new ArrayList<>();
            List<Double> shares = new ArrayList<>();
            long start = 0;
            for (int size : s.sizes()) {
                for (long i = start; i < start + size; i++) {
                    for (long j = i + 1; j < start + size; j++) {
                        places.add(new long[]{i, j});
                        shares.add(2.0 / (size * (size - 1.0)));
                    }
                }
                start += size;
            }
            Tensor share = Tensors.of(shares.stream().mapToDouble(one -> one).toArray());
            return new AllPairs(pick(s.scores(), places, 0), pick(s.scores(), places, 1),
                    share.to(s.scores().dtype()).to(s.scores().device()));
        }

        private static Tensor pick(Tensor scores, List<long[]> places, int side) {
            long[] index = places.stream().mapToLong(pair -> pair[side]).toArray();
            return scores.indexSelect(0, Tensors.of(index).to(scores.device()));
        }
    }
}
