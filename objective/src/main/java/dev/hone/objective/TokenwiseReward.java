package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Segments;
import dev.hone.tensor.Tensor;

/**
 * Reward model with a score at every token (Safe-RLHF, arXiv 2310.12773, its token-wise form): mean over the places of a pair, from the
 * first token in which the answers differ to the end of the longer one, of −log σ(r_w − r_l) + λ·½(r_w² + r_l²); mean over the
 * pairs of the step.
 */
@SettingGroup("Objective: token-wise reward model")
public record TokenwiseReward(
        @Setting(value = "0.001", min = 0, doc = "Weight of the mean squared score.") double rewardL2)
        implements
            Objective<TokenScoreSignals> {

    public TokenwiseReward {
        new Checks().require(rewardL2 >= 0 && rewardL2 < Double.POSITIVE_INFINITY, "reward_l2", rewardL2, "at least 0")
                .done();
    }

    @Override
    public Loss compute(TokenScoreSignals s) {
        Tensor size = s.chosen().square().add(s.rejected().square()).mul(0.5 * rewardL2);
        Tensor perPlace = size.sub(s.chosen().sub(s.rejected()).logSigmoid());
        return new Loss(meanPerPair(s, perPlace).sum().div(s.totals().rows()));
    }

    @Override
    public Metrics metrics(TokenScoreSignals s) {
        return Scores.ofPairs(meanPerPair(s, s.chosen()), meanPerPair(s, s.rejected()));
    }

    private static Tensor meanPerPair(TokenScoreSignals s, Tensor perPlace) {
        Tensor places = Segments.sum(perPlace.detach().mul(0).add(1), s.rows(), s.count());
        return Segments.sum(perPlace, s.rows(), s.count()).div(places);
    }
}
