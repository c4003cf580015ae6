package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.Signals;
import dev.hone.reward.NamedReward;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers of a policy's own that were compared, to the policy. */
final class ContestLesson<R extends CompletionRow, S extends Signals> implements Lesson<R, Decoder> {
    private static final double TEMPERATURE = 0.9;

    private final JobSettings settings;
    private final Objective<S> objective;
    private final ContestKind<R, S> kind;
    private final OnlineBasis basis;
    private Optional<Decoder> reference = Optional.empty();

    /** @param given rewards of the program's own */
    ContestLesson(JobSettings settings, Objective<S> objective, ContestKind<R, S> kind, List<NamedReward> given) {
        this.settings = settings;
        this.objective = objective;
        this.kind = kind;
        this.basis = new OnlineBasis(settings, settings.own(RolloutSettings.class).usually(TEMPERATURE),
                OnlineBasis.Given.rewards(given), () -> require(objective));
    }

    private static void require(Objective<?> objective) {
        new Checks().require(!objective.needs().contains(Need.WHOLE_STEP), "loss_type",
                "one that ranks the pairs of a step", "another",
                "How many pairs a step has is not known before the answers are judged.").done();
    }

    @Override
    public String title() { return "Learning from comparisons of its own answers"; }

    @Override
    public Reading reading() { return basis.reading(); }

    @Override
    public Decoder open(DType dtype, Device device) { return basis.policy(dtype, device); }

    @Override
    public Pass<R> pass(Decoder model, HiddenOptions options) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            if (objective.needs().contains(Need.REFERENCE)) {
                ReferenceModel other = basis.reference(model, true);
                owned.add(other);
                reference = Optional.of(other.decoder());
            }
            owned.addAll(basis.openRewards());
            CompletionReader reader = new CompletionReader(model, options, Optional.empty(),
                    basis.rollouts().drawnAt());
            return new OwningPass<>(new SignalPass<>(kind.signaller(reader), objective), owned);
        } catch (RuntimeException e) {
            owned.forEach(OwningPass::close);
            throw e;
        }
    }

    @Override
    public Supply<R> supply(Decoder model) {
        boolean shares = model.sharesPrefixes(true) && settings.training().neftuneNoiseAlpha() == 0;
        return basis.supply(new OnlineSupply.RowShape(shares, 2, kind.rowsOf(basis.samples())),
                tokens -> new OnlineSupply.Parts<>(basis.explorer(model), kind.maker(new ContestKind.Parts<>(basis,
                        settings, reference, shares, rows -> referred(rows, tokens)))));
    }

    private List<R> referred(List<R> rows, int microbatchTokens) {
        if (reference.isEmpty() || rows.isEmpty()) {
            return rows;
        }
        List<List<float[]>> said = new References(reference.get(), basis.rollouts().drawnAt()).of(rows,
                CompletionRow::packed, microbatchTokens);
        List<R> referred = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            referred.add(kind.withReference(rows.get(i), said.get(i)));
        }
        return referred;
    }

    @Override
    public Samples<Decoder> samples(int count) { return basis.shown(count); }
}
