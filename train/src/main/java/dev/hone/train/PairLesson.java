package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Need;
import dev.hone.objective.PreferenceObjective;
import dev.hone.objective.ReferenceSync;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.EncodedPair;
import java.util.ArrayList;
import java.util.List;

/** Pairs of answers, of which one is preferred, to a policy. */
final class PairLesson implements Lesson<PairRow, Decoder> {
    private final JobSettings settings;
    private final PreferenceObjective objective;
    private final LabelledText<EncodedPair> text;
    private final PolicyFiles files;
    private final ReferenceSync sync;

    PairLesson(JobSettings settings, PreferenceObjective objective) {
        WholeSteps.require(objective, settings.training());
        this.settings = settings;
        this.objective = objective;
        this.text = LabelledText.pairs(settings.model().text(), settings.data(),
                settings.own(LabelledSettings.class));
        WholeSteps.require(objective, text);
        this.files = new PolicyFiles(ModelOpening.of(settings), settings.own(ReferenceSettings.class),
                settings.run().out(), text.tokenizer());
        this.sync = settings.own(ReferenceSync.class);
    }

    @Override
    public String title() { return "Learning from preferences"; }

    @Override
    public Reading reading() { return LabelledReading.of(text); }

    @Override
    public Decoder open(DType dtype, Device device) { return files.policy(dtype, device); }

    @Override
    public Supply<PairRow> supply(Decoder model) {
        return new RowSupply<>(settings, new RowSupply.Units<>(rows(text.training().rows(), model),
                text.evaluation().map(held -> rows(held.rows(), model)).orElse(List.of())),
                (units, tokens) -> prepared(units, model, tokens));
    }

    private List<PairRow> rows(List<EncodedPair> pairs, Decoder model) {
        boolean shares = model.sharesPrefixes(true) && settings.training().neftuneNoiseAlpha() == 0;
        return pairs.stream().map(pair -> PairRow.of(pair, objective.needs(), shares)).toList();
    }

    private RowSupply.Units<PairRow> prepared(RowSupply.Units<PairRow> units, Decoder model, int microbatchTokens) {
        if (!objective.needs().contains(Need.REFERENCE) || sync.syncRefModel()) {
            return units;
        }
        return new RowSupply.Units<>(referred(units.training(), model, microbatchTokens),
                referred(units.evaluation(), model, microbatchTokens));
    }

    private List<PairRow> referred(List<PairRow> rows, Decoder model, int microbatchTokens) {
        List<List<float[]>> said = files.referred(model, rows, PairRow::packed, microbatchTokens);
        List<PairRow> referred = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            referred.add(rows.get(i).withReference(said.get(i)));
        }
        return referred;
    }

    @Override
    public Pass<PairRow> pass(Decoder model, HiddenOptions options) {
        return new SignalPass<>(new PairSignaller(files.reader(model, options, objective.needs(), sync)), objective);
    }

    @Override
    public Samples<Decoder> samples(int count) {
        return new SampleTexts(text.tokenizer(), text.template()).from(text.shown(), count);
    }
}
