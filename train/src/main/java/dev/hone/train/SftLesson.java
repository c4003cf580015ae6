package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.Packer;
import java.util.List;

/** Demonstrations to imitate. */
final class SftLesson implements Lesson<PackedRow, Decoder> {
    private final SftJob.Settings settings;
    private final TrainingText text;

    SftLesson(SftJob.Settings settings) {
        this.settings = settings;
        this.text = TrainingText.load(settings.model().text(), settings.data());
    }

    @Override
    public String title() { return "Supervised fine-tuning"; }

    @Override
    public Reading reading() {
        return new Reading(text.tokenizer(), text.template(), text.report().schema().describe(),
                text.report().warnings());
    }

    @Override
    public Decoder open(DType dtype, Device device) {
        Decoder policy = ModelOpening.of(settings.all()).policy(dtype, device);
        try {
            policy.requireFits(text.tokenizer().vocabulary());
            return policy;
        } catch (RuntimeException e) {
            policy.close();
            throw e;
        }
    }

    @Override
    public Supply<PackedRow> supply(Decoder model) {
        return new RowSupply<>(settings.all(),
                new RowSupply.Units<>(text.units(settings.data()).stream().map(PackedRow::new).toList(),
                        text.evaluation()
                                .map(held -> held.rows().stream().map(row -> new PackedRow(Packer.batch(List.of(row))))
                                        .toList())
                                .orElse(List.of())));
    }

    @Override
    public Pass<PackedRow> pass(Decoder model, HiddenOptions options) {
        return new TokenPass(model, settings.objective(), options);
    }

    @Override
    public Samples<Decoder> samples(int count) {
        return new SampleTexts(text.tokenizer(), text.template()).from(text.shown(), count);
    }
}
