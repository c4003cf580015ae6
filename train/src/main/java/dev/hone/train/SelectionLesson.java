package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Objective;
import dev.hone.objective.Selection;
import dev.hone.objective.TokenSignals;
import dev.hone.reward.NamedReward;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.util.List;

/** The best of a policy's own answers, to the policy that wrote them. */
final class SelectionLesson implements Lesson<PackedRow, Decoder> {
    private static final double TEMPERATURE = 0.85;

    private final JobSettings settings;
    private final Objective<TokenSignals> objective;
    private final OnlineBasis basis;

    /** @param given rewards of the program's own */
    SelectionLesson(JobSettings settings, Objective<TokenSignals> objective, List<NamedReward> given) {
        this.settings = settings;
        this.objective = objective;
        this.basis = new OnlineBasis(settings, settings.own(RolloutSettings.class).usually(TEMPERATURE),
                OnlineBasis.Given.rewards(given));
    }

    @Override
    public String title() { return "Learning the best answers"; }

    @Override
    public Reading reading() { return basis.reading(); }

    @Override
    public Decoder open(DType dtype, Device device) { return basis.policy(dtype, device); }

    @Override
    public Pass<PackedRow> pass(Decoder model, HiddenOptions options) {
        return new OwningPass<>(new TokenPass(model, objective, options), basis.openRewards());
    }

    @Override
    public Supply<PackedRow> supply(Decoder model) {
        Selection selection = settings.own(Selection.class);
        return basis.supply(new OnlineSupply.RowShape(false, 1, basis.samples() * selection.cycle()),
                tokens -> new OnlineSupply.Parts<>(basis.explorer(model),
                        new SelectionMaker(selection, basis.rollouts().maskTruncatedCompletions())));
    }

    @Override
    public Samples<Decoder> samples(int count) { return basis.shown(count); }
}
