package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;

/**
 * Reward model that says in which of k bins an answer's score lies: cross-entropy, mean over the answers of the step. Its score is the
 * expected bin, Σ_b b·p_b, without the noise that some systems draw bins with.
 *
 * @param rewardBins k
 * @param labelSmoothing ε, mixed with the uniform distribution over bins
 */
@SettingGroup("Objective: reward model with bins")
public record BinnedReward(
        @Setting(value = "5", min = 2, max = 1000, doc = "How many bins scores fall into, numbered from 0.") int rewardBins,
        @Setting(value = "0", min = 0, below = 1, doc = "Share of the uniform distribution mixed into the target.") double labelSmoothing)
        implements
            ClassObjective {

    public BinnedReward {
        new Checks().require(rewardBins >= 2 && rewardBins <= 1000, "reward_bins", rewardBins, "2 to 1000")
                .require(labelSmoothing >= 0 && labelSmoothing < 1, "label_smoothing", labelSmoothing,
                        "at least 0 and below 1")
                .done();
    }

    @Override
    public int classes() { return rewardBins; }

    @Override
    public boolean ofSteps() { return false; }

    @Override
    public Loss compute(ClassSignals s) {
        if (s.logits().size(1) != rewardBins) {
            throw new IllegalArgumentException("logits " + s.logits().describe() + ": expected " + rewardBins
                    + " columns, one for each of reward_bins");
        }
        return new Loss(s.crossEntropy(labelSmoothing).sum().div(s.totals().rows()));
    }

    @Override
    public Metrics metrics(ClassSignals s) { return Scores.range(expected(s.logits())).mean("accuracy", s.hits()); }

    /** Scores [n] from logits [n, k]: the expected bin. */
    public static Tensor expected(Tensor logits) {
        Tensor bins = Tensors.range(logits.size(1)).to(logits.device())
                .to(logits.dtype());
        return logits.softmax(1).mul(bins).sum(1, false);
    }
}
