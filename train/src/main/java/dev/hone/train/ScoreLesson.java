package dev.hone.train;

import dev.hone.model.HeadOptions;
import dev.hone.model.HiddenOptions;
import dev.hone.model.RewardModel;
import dev.hone.model.RewardScorer;
import dev.hone.model.ScoreNormaliser;
import dev.hone.objective.Objective;
import dev.hone.objective.Signals;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Answers and what they are worth, to a model that shall score them. */
final class ScoreLesson<E, S extends Signals> implements Lesson<ScoreRow<E>, RewardModel> {
    private static final int SCORED_TOGETHER = 2048;
    private static final int MOST_SCORED = 2000;

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
        RewardModel model = ModelOpening.of(settings).scorer(options(), dtype, device);
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
        HeadOptions plain = HeadOptions.reward(settings.training().seed()).withLabels(kind.labels());
        HeadOptions options = settings.own(ScoreSettings.class).pooling().map(plain::withPooling).orElse(plain);
        OptionalInt pad = text.tokenizer().vocabulary().pad();
        return pad.isPresent() ? options.withPadToken(pad.getAsInt()) : options;
    }

    @Override
    public Supply<ScoreRow<E>> supply(RewardModel model) {
        return new RowSupply<>(settings, new RowSupply.Units<>(rows(text.training().rows(), model),
                text.evaluation().map(held -> rows(held.rows(), model)).orElse(List.of())));
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

    /** How good it is on held-out pairs, where there are any, and the mean and spread of its scores, where it keeps them. */
    @Override
    public Verdict verdict(RewardModel model) {
        RewardScorer scorer = new RewardScorer(model, SCORED_TOGETHER);
        List<RewardQuality.Pair> pairs = new ArrayList<>();
        text.evaluation().ifPresent(held -> held.rows().stream().filter(EncodedPair.class::isInstance)
                .map(EncodedPair.class::cast).forEach(pair -> pairs.add(RewardGate.scored(scorer, pair))));
        if (settings.own(ScoreSettings.class).normaliseScores()) {
            List<Encoded> answers = text.training().rows().stream()
                    .flatMap(row -> ScoreKinds.answers(kind.packed(row, false)).stream()).limit(MOST_SCORED).toList();
            model.normaliser(ScoreNormaliser.empty(model.labels()).update(scorer.score(answers)));
        }
        if (pairs.isEmpty()) {
            return new Verdict(Map.of(), List.of(), model.notes());
        }
        RewardQuality quality = RewardQuality.of(pairs);
        List<String> warnings = new ArrayList<>(model.notes());
        warnings.addAll(quality.warnings());
        return new Verdict(quality.numbers(), List.of(quality.render()), warnings);
    }

    @Override
    public Samples<RewardModel> samples(int count) { return new ScoredTexts(text, count); }
}
