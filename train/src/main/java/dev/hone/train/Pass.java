package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.model.TokenHead;
import dev.hone.objective.Objective;
import dev.hone.objective.TokenSignals;
import dev.hone.tensor.DType;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.tensor.TokenScores;
import dev.hone.text.Packed;
import java.util.List;

/** One micro-batch through the model: forward, loss, and, when it trains, backward into the parameters' gradients. */
public final class Pass {
    private final Decoder policy;
    private final Objective<TokenSignals> objective;
    private final HiddenOptions options;

    public Pass(Decoder policy, Objective<TokenSignals> objective, HiddenOptions options) {
        this.policy = policy;
        this.objective = objective;
        this.options = options;
    }

    /**
     * Sums over the tokens that carry loss.
     *
     * @param loss already divided by the tokens of the step
     * @param entropy nats
     * @param correct tokens that were the most probable
     */
    public record Totals(double loss, double entropy, double correct) {
        static final Totals ZERO = new Totals(0, 0, 0);

        Totals plus(Totals other) {
            return new Totals(loss + other.loss, entropy + other.entropy, correct + other.correct);
        }
    }

    /** Forward and backward; gradients add to what the parameters already hold. */
    public Totals train(Packed microbatch, double tokensInStep, Randomness randomness) {
        return run(Tape.training(randomness), microbatch, tokensInStep);
    }

    /** Forward only. */
    public Totals evaluate(Packed microbatch, double tokensInStep) {
        return run(Tape.inference(), microbatch, tokensInStep);
    }

    private Totals run(Tape tape, Packed microbatch, double tokensInStep) {
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.rounded(microbatch, policy.vocabulary(), policy.device());
            Tensor hidden = policy.hidden(tape, rows, options);
            Tensor sums = Tensors.zeros(DType.FLOAT64, policy.device(), 3);
            policy.head().sweep(tape, hidden, rows, (readings, weights) -> {
                Differentiated loss = differentiate(readings, weights, tokensInStep);
                Tensor counted = weights.eq(0).not().to(DType.FLOAT32);
                sums.addInPlace(Tensors.stack(List.of(loss.value(), readings.entropy().mul(counted).sum(),
                        readings.correct().mul(counted).sum()), 0));
                return loss.derivatives();
            });
            tape.run();
            double[] values = sums.toDoubles(); // the one transfer of the micro-batch
            return new Totals(values[0], values[1], values[2]);
        }
    }

    private record Differentiated(Tensor value, TokenHead.Derivatives derivatives) {}

    private Differentiated differentiate(TokenScores.Readings readings, Tensor weights, double tokensInStep) {
        Tensor logProbs = readings.logProbs().leaf();
        Tensor means = readings.meanLogProbs().leaf();
        Tensor value = objective.compute(new TokenSignals(logProbs, means, weights, tokensInStep)).value();
        value.backward();
        return new Differentiated(value.detach(), new TokenHead.Derivatives(logProbs.grad(), means.gradOrZeros()));
    }
}
