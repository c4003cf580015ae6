package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Loss;
import dev.hone.objective.MetricTotals;
import dev.hone.objective.Objective;
import dev.hone.objective.TokenSignals;
import java.util.List;
import java.util.Optional;

/** A pass that adds to each step the gradient of demonstrations, with a weight; their rows follow from the step's number. */
final class PtxPass<R extends StepRow> extends PassAround<R> {
    private final TokenPass demonstrations;
    private final List<PackedRow> rows;
    private final PtxSettings settings;
    private Optional<RowSource<PackedRow>> source = Optional.empty();

    /** @param rows demonstrations, masked as hone sft does */
    PtxPass(Pass<R> pass, Decoder policy, HiddenOptions options, List<PackedRow> rows, PtxSettings settings) {
        super(pass);
        Objective<TokenSignals> imitation = SftJob.imitation();
        this.demonstrations = new TokenPass(policy,
                signals -> new Loss(imitation.compute(signals).value().mul(settings.ptxCoef())), options);
        this.rows = List.copyOf(rows);
        this.settings = settings;
    }

    /**
     * Is told how steps are cut, before the first one.
     *
     * @param microbatchTokens tokens that go through the model together
     * @param seed of the order of rows
     */
    void cut(int microbatchTokens, long seed) {
        source = Optional.of(new RowSource<>(rows,
                new RowSource.Plan(settings.ptxBatchSize(), 1, microbatchTokens, true, seed)));
    }

    @Override
    public Result train(Batch<R> batch, long seed, long step) {
        Result earned = super.train(batch, seed, step);
        Result told = demonstrations.train(source.orElseThrow().batch(step), seed, step);
        return new Result(earned.loss() + told.loss(),
                earned.metrics().plus(MetricTotals.mean("ptx_loss", told.loss() / settings.ptxCoef(), 1)));
    }
}
