package dev.hone.train;

import dev.hone.objective.CompletionSignals;
import dev.hone.objective.Metrics;
import dev.hone.objective.PairSignals;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pairs whose answers are read token by token. */
final class PairSignaller implements Signaller<PairRow, PairSignals> {
    private final CompletionReader reader;

    PairSignaller(CompletionReader reader) { this.reader = reader; }

    @Override
    public Outputs outputs(Tape tape, List<PairRow> microbatch) {
        return reader.outputs(tape, microbatch.stream().map(PairRow::packed).toList(),
                ReadTokens.of(microbatch).total());
    }

    @Override
    public PairSignals signals(Outputs outputs, List<PairRow> rows, StepTotals totals, RunningMoments history) {
        ReadTokens tokens = ReadTokens.of(rows);
        ReadTokens.Said said = reader.said(outputs);
        Optional<CompletionSignals> gold = rows.getFirst().packed().sequences() > 2
                ? Optional.of(tokens.side(2, 2, said))
                : Optional.empty();
        return new PairSignals(tokens.side(0, 0, said), tokens.side(1, 1, said), gold, margins(rows, outputs), totals);
    }

    private static Optional<Tensor> margins(List<PairRow> rows, Outputs outputs) {
        return Margins.of(rows.stream().map(PairRow::margin).toList())
                .map(margins -> Tensors.of(margins).to(outputs.first().device()));
    }

    @Override
    public Metrics metrics(Outputs outputs, List<PairRow> rows) {
        ReadTokens tokens = ReadTokens.of(rows);
        ReadTokens.Said scores = CompletionReader.meanScores(outputs);
        CompletionSignals chosen = tokens.side(0, 0, scores);
        CompletionSignals rejected = tokens.side(1, 1, scores);
        return CompletionReader.metrics(outputs).mean("logits/chosen", chosen.logProbs(), chosen.completion())
                .mean("logits/rejected", rejected.logProbs(), rejected.completion());
    }

    @Override
    public void close() { reader.moving().ifPresent(MovingReference::close); }

    @Override
    public void stepped(long steps) { reader.moving().ifPresent(reference -> reference.stepped(steps)); }

    @Override
    public Map<String, Tensor> tensors() { return reader.moving().map(MovingReference::tensors).orElse(Map.of()); }
}
