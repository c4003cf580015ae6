package dev.hone.train;

import dev.hone.model.HeadOptions;
import dev.hone.model.HiddenOptions;
import dev.hone.model.RewardModel;
import dev.hone.objective.Objective;
import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Answers and what they are worth, to a model that shall score them. */
final class ScoreLesson<E, S extends Signals> implements Lesson<ScoreRow<E>, RewardModel> {
    private final JobSettings settings;
    private final Objective<S> objective;
    private final ScoreKind<E, S> kind;
    private final LabelledText<E> text;

    ScoreLesson(JobSettings settings, Objective<S> objective, ScoreKind<E, S> kind) {
        this.settings = settings;
        this.objective = objective;
        this.kind = kind;
        this.text = kind.load(settings);
    }

    @Override
    public String title() { return "A model that scores answers"; }

    @Override
    public Reading reading() { return LabelledReading.of(text); }

    @Override
    public RewardModel open(DType dtype, Device device) {
        RewardModel model = RewardModel.start(settings.model().model(), options(), dtype, device);
        if (text.tokenizer().vocabulary().size() > model.backbone().vocabulary()) {
            int rows = model.backbone().vocabulary();
            model.close();
            throw new dev.hone.model.ModelException("the tokenizer has " + text.tokenizer().vocabulary().size()
                    + " tokens, the model's embedding " + rows
                    + " rows: take the tokenizer that belongs to this model");
        }
        return model;
    }

    private HeadOptions options() {
        HeadOptions options = HeadOptions.reward(settings.training().seed()).withLabels(kind.labels());
        OptionalInt pad = text.tokenizer().vocabulary().pad();
        return pad.isPresent() ? options.withPadToken(pad.getAsInt()) : options;
    }

    @Override
    public Units<ScoreRow<E>> units(RewardModel model) {
        return new Units<>(rows(text.training().rows(), model),
                text.evaluation().map(held -> rows(held.rows(), model)).orElse(List.of()));
    }

    private List<ScoreRow<E>> rows(List<E> encoded, RewardModel model) {
        boolean shares = model.sharesPrefixes(true) && settings.training().neftuneNoiseAlpha() == 0;
        List<ScoreRow<E>> rows = new ArrayList<>();
        encoded.forEach(row -> rows.add(
                new ScoreRow<>(row, kind.packed(row, shares), new StepTotals(kind.count(row), 0))));
        return rows;
    }

    @Override
    public Pass<ScoreRow<E>> pass(RewardModel model, HiddenOptions options) {
        return new SignalPass<>(new ScoreSignaller<>(model, options, kind), objective);
    }

    @Override
    public Samples<RewardModel> samples(int count) { return new ScoredTexts(text, count); }
}
