package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.model.TokenHead;
import dev.hone.objective.MetricTotals;
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
import dev.hone.text.Packer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The pass of an objective that is a sum over tokens: the head makes the gradient of a chunk of scores while it has them, so
 * no score is computed twice.
 */
public final class TokenPass implements Pass<PackedRow> {
    private final Decoder policy;
    private final Objective<TokenSignals> objective;
    private final HiddenOptions options;

    public TokenPass(Decoder policy, Objective<TokenSignals> objective, HiddenOptions options) {
        this.policy = policy;
        this.objective = objective;
        this.options = options;
    }

    @Override
    public Result train(Batch<PackedRow> batch, long seed, long step) {
        return run(batch, microbatch -> Tape.training(Randomness.of(seed, step, microbatch)));
    }

    @Override
    public Result evaluate(Batch<PackedRow> batch) { return run(batch, microbatch -> Tape.inference()); }

    @Override
    public Map<String, Double> derived(double loss) { return Map.of("perplexity", Math.exp(loss)); }

    private Result run(Batch<PackedRow> batch, IntFunction<Tape> tapes) {
        double tokens = batch.totals().tokens();
        double[] sums = new double[3];
        for (int i = 0; i < batch.microbatches().size(); i++) {
            Packed packed = Packer.join(batch.microbatches().get(i).stream().map(PackedRow::packed).toList());
            double[] more = run(tapes.apply(i), packed, tokens);
            Arrays.setAll(sums, n -> sums[n] + more[n]);
        }
        return new Result(sums[0], MetricTotals.mean("entropy", sums[1], tokens)
                .plus(MetricTotals.mean("mean_token_accuracy", sums[2], tokens)));
    }

    /** Loss already divided by the tokens of the step, entropy in nats, tokens that were the most probable. */
    private double[] run(Tape tape, Packed microbatch, double tokensInStep) {
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
            return sums.toDoubles(); // the one transfer of the micro-batch
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
