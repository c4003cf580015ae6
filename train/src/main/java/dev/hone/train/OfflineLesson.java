package dev.hone.train;

import dev.hone.model.ActionValues;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.ModelException;
import dev.hone.model.ValuedPolicy;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.Objective;
import dev.hone.rollout.Perturbed;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.EncodedGraded;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Given answers with rewards, to a policy that learns beside what its tokens are worth. */
final class OfflineLesson implements Lesson<OfflineRow, ValuedPolicy> {
    private final JobSettings settings;
    private final Objective<IlqlSignals> objective;
    private final QHeadSettings heads;
    private final LabelledText<EncodedGraded> text;
    private final GivenRewards rewards;
    private final ModelOpening opening;

    OfflineLesson(JobSettings settings, Objective<IlqlSignals> objective) {
        this.settings = settings;
        this.objective = objective;
        this.heads = settings.own(QHeadSettings.class);
        this.opening = ModelOpening.of(settings);
        this.text = LabelledText.graded(settings.model().text(), settings.data(),
                settings.own(LabelledSettings.class));
        this.rewards = heads.normaliseRewards() ? GivenRewards.standardised(text.training()) : GivenRewards.PLAIN;
    }

    @Override
    public String title() { return "Learning from answers with rewards"; }

    @Override
    public Reading reading() { return LabelledReading.of(text); }

    @Override
    public ValuedPolicy open(DType dtype, Device device) {
        PolicyFiles files = new PolicyFiles(opening, new ReferenceSettings(Optional.empty(), Optional.empty()),
                settings.run().out(), text.tokenizer());
        Decoder policy = files.policy(dtype, device);
        try {
            return new ValuedPolicy(policy, heads(policy));
        } catch (RuntimeException e) {
            policy.close();
            throw e;
        }
    }

    /** Those that a run before has left beside the model, else fresh ones. */
    private ActionValues heads(Decoder policy) {
        Path folder = opening.former().orElse(settings.model().model());
        if (!ActionValues.areIn(folder)) {
            return ActionValues.fresh(policy, heads.heads(), settings.training().seed());
        }
        ActionValues found = ActionValues.load(folder, policy);
        int count = found.heads().size();
        if (count != heads.heads()) {
            found.close();
            throw new ModelException(count + " Q heads in " + folder.resolve(ActionValues.FILE) + ", expected "
                    + heads.heads() + " with two_qs " + heads.twoQs() + ": set two_qs " + (count == 2));
        }
        return found;
    }

    @Override
    public Supply<OfflineRow> supply(ValuedPolicy model) {
        return new RowSupply<>(settings, new RowSupply.Units<>(rewards.rows(text.training()),
                text.evaluation().map(rewards::rows).orElse(List.of())));
    }

    @Override
    public Pass<OfflineRow> pass(ValuedPolicy model, HiddenOptions options) {
        return new SignalPass<>(new OfflineSignaller(model, options, heads), objective);
    }

    @Override
    public Samples<ValuedPolicy> samples(int count) {
        SampleTexts texts = new SampleTexts(text.tokenizer(), text.template()).from(text.shown(), count);
        return new Samples<>() {
            @Override
            public List<String> prompts() { return texts.prompts(); }

            @Override
            public List<String> answers(ValuedPolicy model) {
                return texts.answers(model.policy(), Perturbed.by(model.heads(), 1));
            }
        };
    }
}
