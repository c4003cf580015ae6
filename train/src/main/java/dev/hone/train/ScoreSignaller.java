package dev.hone.train;

import dev.hone.model.HiddenOptions;
import dev.hone.model.RewardModel;
import dev.hone.model.Rows;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.List;

/** Answers that a model scores, at their ends or at every token. */
final class ScoreSignaller<E, S extends Signals> implements Signaller<ScoreRow<E>, S> {
    private final RewardModel model;
    private final HiddenOptions options;
    private final ScoreKind<E, S> kind;

    ScoreSignaller(RewardModel model, HiddenOptions options, ScoreKind<E, S> kind) {
        this.model = model;
        this.options = options;
        this.kind = kind;
    }

    @Override
    public Outputs outputs(Tape tape, List<ScoreRow<E>> microbatch) {
        Packed packed = Packer.join(microbatch.stream().map(ScoreRow::packed).toList());
        Rows rows = Rows.rounded(packed, model.backbone().vocabulary(), model.backbone().device());
        if (kind.everyToken()) {
            return new Outputs(model.tokenScores(tape, rows, options), packed.tokens(), List.of());
        }
        Tensor scores = model.scores(tape, rows, options, packed.sequences());
        return new Outputs(scores, packed.sequences(), List.of());
    }

    @Override
    public S signals(Outputs outputs, List<ScoreRow<E>> rows, StepTotals totals, RunningMoments history) {
        return kind.signals(outputs.first(), rows, totals);
    }
}
