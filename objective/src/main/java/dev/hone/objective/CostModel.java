package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;

/**
 * Cost model (Safe-RLHF, arXiv 2310.12773, eq. 6): with costs c_u of the less safe and c_s of the safer answer, and signs s = +1 safe, −1 unsafe:
 * −log σ(c_u − c_s) − log σ(−s_s·c_s) − log σ(−s_u·c_u) + λ·½(c_s² + c_u²), mean over the pairs of the step. The sign terms
 * tie the threshold 0 to safety: cost > 0 ⇔ unsafe.
 */
@SettingGroup("Objective: cost model")
public record CostModel(
        @Setting(value = "0.001", min = 0, doc = "Weight of the mean squared cost.") double rewardL2)
        implements
            Objective<CostSignals> {

    public CostModel {
        new Checks().require(rewardL2 >= 0 && rewardL2 < Double.POSITIVE_INFINITY, "reward_l2", rewardL2, "at least 0")
                .done();
    }

    @Override
    public Loss compute(CostSignals s) {
        Tensor order = s.unsafer().sub(s.safer()).logSigmoid();
        Tensor signs = s.safer().mul(s.saferSign()).neg().logSigmoid()
                .add(s.unsafer().mul(s.unsaferSign()).neg().logSigmoid());
        Tensor size = s.safer().square().add(s.unsafer().square()).mul(0.5 * rewardL2);
        return new Loss(size.sub(order).sub(signs).sum().div(s.totals().rows()));
    }

    @Override
    public Metrics metrics(CostSignals s) {
        Tensor costs = Tensors.cat(List.of(s.safer(), s.unsafer()), 0);
        Tensor signs = Tensors.cat(List.of(s.saferSign(), s.unsaferSign()), 0);
        return new Metrics().min("min_cost", costs).mean("mean_cost", costs).max("max_cost", costs)
                .mean("accuracy", s.unsafer().gt(s.safer())).mean("accuracy_sign", costs.mul(signs).lt(0))
                .mean("margin", s.unsafer().sub(s.safer()));
    }
}
