package dev.hone.train;

import dev.hone.objective.ScorePairSignals;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.EncodedPair;
import dev.hone.text.Packed;
import java.util.List;
import java.util.Optional;

/** Pairs, each answer with one score. */
record PairScores() implements ScoreKind<EncodedPair, ScorePairSignals> {
    @Override
    public LabelledText<EncodedPair> load(JobSettings settings) {
        return LabelledText.pairs(settings.model().text(), settings.data(), settings.own(LabelledSettings.class));
    }

    @Override
    public int labels() { return 1; }

    @Override
    public boolean everyToken() { return false; }

    @Override
    public Packed packed(EncodedPair pair, boolean shares) {
        return ScoreKinds.packed(List.of(pair.chosen(), pair.rejected()), pair.promptLength(), shares);
    }

    @Override
    public ScorePairSignals signals(Tensor scores, List<ScoreRow<EncodedPair>> rows, StepTotals totals) {
        Tensor sides = scores.view(-1, 2);
        Optional<Tensor> margins = Margins.of(rows.stream().map(row -> row.encoded().margin()).toList())
                .map(given -> Tensors.of(given).to(scores.device()));
        return new ScorePairSignals(sides.select(1, 0), sides.select(1, 1), margins, totals);
    }
}
