package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Need;
import dev.hone.objective.ReferenceSync;
import dev.hone.objective.UnpairedObjective;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedJudged;
import dev.hone.text.Mismatched;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers judged good or bad, to a policy. */
final class JudgedLesson implements Lesson<JudgedRow, Decoder> {
    private final JobSettings settings;
    private final UnpairedObjective objective;
    private final LabelledText<EncodedJudged> text;
    private final PolicyFiles files;

    JudgedLesson(JobSettings settings, UnpairedObjective objective) {
        WholeSteps.require(objective, settings.training());
        this.settings = settings;
        this.objective = objective;
        this.text = LabelledText.judged(settings.model().text(), settings.data(),
                settings.own(LabelledSettings.class));
        WholeSteps.require(objective, text);
        this.files = new PolicyFiles(ModelOpening.of(settings), settings.own(ReferenceSettings.class),
                settings.run().out(), text.tokenizer());
    }

    @Override
    public String title() { return "Learning from judged answers"; }

    @Override
    public Reading reading() { return LabelledReading.of(text); }

    @Override
    public Decoder open(DType dtype, Device device) { return files.policy(dtype, device); }

    @Override
    public Supply<JudgedRow> supply(Decoder model) {
        return new RowSupply<>(settings, new RowSupply.Units<>(rows(text.training().rows()),
                text.evaluation().map(held -> rows(held.rows())).orElse(List.of())),
                (units, tokens) -> prepared(units, model, tokens));
    }

    private List<JudgedRow> rows(List<EncodedJudged> judged) {
        if (!objective.needs().contains(Need.MISMATCHED)) {
            return judged.stream().map(row -> JudgedRow.of(row, Optional.empty())).toList();
        }
        List<Encoded> others = Mismatched.of(judged, settings.training().perDeviceTrainBatchSize(),
                settings.data().maxLength());
        List<JudgedRow> rows = new ArrayList<>();
        for (int i = 0; i < judged.size(); i++) {
            rows.add(JudgedRow.of(judged.get(i), Optional.of(others.get(i))));
        }
        return rows;
    }

    private RowSupply.Units<JudgedRow> prepared(RowSupply.Units<JudgedRow> units, Decoder model,
            int microbatchTokens) {
        if (!objective.needs().contains(Need.REFERENCE)) {
            return units;
        }
        return new RowSupply.Units<>(referred(units.training(), model, microbatchTokens),
                referred(units.evaluation(), model, microbatchTokens));
    }

    private List<JudgedRow> referred(List<JudgedRow> rows, Decoder model, int microbatchTokens) {
        List<List<float[]>> own = files.referred(model, rows, JudgedRow::packed, microbatchTokens);
        boolean mismatched = !rows.isEmpty() && rows.stream().allMatch(row -> row.mismatched().isPresent());
        List<List<float[]>> others = mismatched
                ? files.referred(model, rows, row -> row.mismatched().orElseThrow(), microbatchTokens)
                : List.of();
        double[] ratios = !rows.isEmpty() && objective.needs().contains(Need.DENSITY_RATIO)
                ? DensityRatios.of(model, rows, microbatchTokens)
                : new double[0];
        List<JudgedRow> referred = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            List<float[]> both = new ArrayList<>(own.get(i));
            if (mismatched) {
                both.addAll(others.get(i));
            }
            JudgedRow row = rows.get(i).withReference(both);
            referred.add(ratios.length == 0 ? row : row.withDensityRatio(ratios[i]));
        }
        return referred;
    }

    @Override
    public Pass<JudgedRow> pass(Decoder model, HiddenOptions options) {
        ReferenceSync fixed = new ReferenceSync(false, 1, 1);
        return new SignalPass<>(new JudgedSignaller(files.reader(model, options, objective.needs(), fixed)),
                objective);
    }

    @Override
    public Samples<Decoder> samples(int count) {
        return new SampleTexts(text.tokenizer(), text.template()).from(text.shown(), count);
    }
}
