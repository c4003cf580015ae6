package dev.hone.train;

import dev.hone.objective.Metrics;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.StepTotals;
import dev.hone.objective.XpoSignals;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensors;
import java.util.List;

/** Pairs of one answer of the policy's and one of the reference's, read token by token. */
final class RivalSignaller implements Signaller<RivalRow, XpoSignals> {
    private final PairSignaller pairs;

    RivalSignaller(CompletionReader reader) { this.pairs = new PairSignaller(reader); }

    private static List<PairRow> pairs(List<RivalRow> rows) { return rows.stream().map(RivalRow::pair).toList(); }

    @Override
    public Outputs outputs(Tape tape, List<RivalRow> microbatch) { return pairs.outputs(tape, pairs(microbatch)); }

    @Override
    public XpoSignals signals(Outputs outputs, List<RivalRow> rows, StepTotals totals, RunningMoments history) {
        float[] rivals = new float[rows.size()];
        for (int i = 0; i < rivals.length; i++) {
            rivals[i] = rows.get(i).rivalChosen() ? 1 : 0;
        }
        return new XpoSignals(pairs.signals(outputs, pairs(rows), totals, history),
                Tensors.of(rivals).to(outputs.first().device()));
    }

    @Override
    public Metrics metrics(Outputs outputs, List<RivalRow> rows) { return pairs.metrics(outputs, pairs(rows)); }
}
