package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.tensor.Tensor;

/**
 * Implicit language Q-learning (arXiv 2206.11871, §4): reinforcement learning from given completions with rewards. With Q_i the heads, Q̄ the smallest of
 * their slow copies, V the value head, all means over the tokens of the step:
 *
 * <pre>{@code
 * L_Q   = Σ_i mean (Q_i − (r + γ·V_next))²
 * L_V   = mean |τ − [Q̄ < V]|·(Q̄ − V)²
 * L_CQL = Σ_i mean −log softmax(Q_i)
 * L_LM  = mean −log π·e^(β(Q̄ − V))
 * L     = L_Q + L_V + cql_scale·L_CQL + awac_scale·L_LM
 * }</pre>
 *
 * <p>Choices where sources differ: targets and the weight of L_LM are not differentiated, V_next included, as trlX; the weight's exponent is bounded
 * by 80; completions end with their last token, so V after it is 0.
 */
@SettingGroup("Objective: implicit language Q-learning")
public record Ilql(
        @Setting(value = "0.7", above = 0, below = 1, doc = "Expectile of Q that V learns; above 0.5 it leans to the better tokens.") double tau,
        @Setting(value = "0.99", min = 0, max = 1, doc = "Discount of a reward one token away.") double gamma,
        @Setting(value = "0.1", min = 0, doc = "Weight of the loss that keeps Q low for tokens not in the data.") double cqlScale,
        @Setting(value = "1", min = 0, doc = "Weight of the policy's likelihood loss.") double awacScale,
        @Setting(value = "0", min = 0, doc = "How much more a token is learned that is better than V; 0 learns all alike.") double beta)
        implements
            Objective<IlqlSignals> {

    public Ilql {
        Checks checks = new Checks().require(tau > 0 && tau < 1, "tau", tau, "between 0 and 1")
                .require(gamma >= 0 && gamma <= 1, "gamma", gamma, "0 to 1");
        PolicyGradient.atLeastZero(checks, "cql_scale", cqlScale);
        PolicyGradient.atLeastZero(checks, "awac_scale", awacScale);
        PolicyGradient.atLeastZero(checks, "beta", beta).done();
    }

    @Override
    public Loss compute(IlqlSignals s) {
        Tensor perToken = valueLoss(s).add(likelihood(s).mul(awacScale));
        for (IlqlSignals.QHead head : s.critics()) {
            perToken = perToken.add(error(s, head)).add(head.crossEntropy().mul(cqlScale));
        }
        return new Loss(s.tokenMean(perToken));
    }

    @Override
    public Metrics metrics(IlqlSignals s) {
        Metrics metrics = new Metrics().mean("losses/loss_v", valueLoss(s), s.weights())
                .mean("losses/loss_awac", likelihood(s), s.weights()).mean("values/mean", s.values(), s.weights());
        Tensor errors = s.values().mul(0);
        Tensor entropies = s.values().mul(0);
        for (IlqlSignals.QHead head : s.critics()) {
            errors = errors.add(error(s, head));
            entropies = entropies.add(head.crossEntropy());
        }
        return metrics.mean("losses/loss_q", errors, s.weights()).mean("losses/loss_cql", entropies, s.weights());
    }

    private Tensor error(IlqlSignals s, IlqlSignals.QHead head) {
        return head.values().sub(s.nextValues().detach().mul(gamma).add(s.rewards())).square();
    }

    private Tensor valueLoss(IlqlSignals s) {
        Tensor gap = s.targetQs().detach().sub(s.values());
        Tensor share = gap.lt(0).to(gap.dtype()).mul(1 - 2 * tau).add(tau);
        return gap.square().mul(share);
    }

    private Tensor likelihood(IlqlSignals s) {
        Tensor lead = s.targetQs().sub(s.values()).detach();
        return s.logProbs().mul(Logistic.boundedExp(lead.mul(beta))).neg();
    }
}
