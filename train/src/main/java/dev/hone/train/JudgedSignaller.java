package dev.hone.train;

import dev.hone.objective.CompletionSignals;
import dev.hone.objective.Metrics;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.StepTotals;
import dev.hone.objective.UnpairedSignals;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers judged one by one, read token by token, with mismatched ones beside them that are only looked at. */
final class JudgedSignaller implements Signaller<JudgedRow, UnpairedSignals> {
    private final CompletionReader reader;

    JudgedSignaller(CompletionReader reader) { this.reader = reader; }

    @Override
    public Outputs outputs(Tape tape, List<JudgedRow> microbatch) {
        Outputs own = reader.outputs(tape, microbatch.stream().map(JudgedRow::packed).toList(),
                ReadTokens.of(microbatch).total());
        List<Packed> others = mismatched(microbatch);
        if (others.isEmpty()) {
            return own;
        }
        List<Tensor> observed = new ArrayList<>(own.observed());
        long read = ReadTokens.of(microbatch, others).total();
        observed.add(Scope.tidy(() -> reader.outputs(Tape.inference(), others, read).first().narrow(0, 0, read)));
        return new Outputs(own.recorded(), observed);
    }

    private static List<Packed> mismatched(List<JudgedRow> rows) {
        return rows.stream().flatMap(row -> row.mismatched().stream()).toList();
    }

    @Override
    public UnpairedSignals signals(Outputs outputs, List<JudgedRow> rows, StepTotals totals, RunningMoments history) {
        List<Packed> others = mismatched(rows);
        Optional<CompletionSignals> mismatched = others.isEmpty()
                ? Optional.empty()
                : Optional.of(ReadTokens.of(rows, others).side(0, 1, new ReadTokens.Said(
                        outputs.observed().getLast(), Optional.empty(), Optional.empty())));
        return new UnpairedSignals(ReadTokens.of(rows).side(0, 0, reader.said(outputs)),
                desirable(rows, outputs), mismatched, ratios(rows, outputs), history, totals);
    }

    @Override
    public Metrics metrics(Outputs outputs, List<JudgedRow> rows) {
        CompletionSignals said = ReadTokens.of(rows).side(0, 0, CompletionReader.meanScores(outputs));
        Tensor good = desirable(rows, outputs).indexSelect(0, said.rows());
        Tensor bad = good.neg().add(1);
        return CompletionReader.metrics(outputs)
                .mean("logits/chosen", said.logProbs(), said.completion().mul(good))
                .mean("logits/rejected", said.logProbs(), said.completion().mul(bad));
    }

    private static Tensor desirable(List<JudgedRow> rows, Outputs outputs) {
        float[] desirable = new float[rows.size()];
        for (int i = 0; i < desirable.length; i++) {
            desirable[i] = rows.get(i).desirable() ? 1 : 0;
        }
        return Tensors.of(desirable).to(outputs.first().device());
    }

    private static Optional<Tensor> ratios(List<JudgedRow> rows, Outputs outputs) {
        if (rows.stream().anyMatch(row -> row.densityRatio().isEmpty())) {
            return Optional.empty();
        }
        float[] ratios = new float[rows.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (float) rows.get(i).densityRatio().orElseThrow();
        }
        return Optional.of(Tensors.of(ratios).to(outputs.first().device()));
    }
}
