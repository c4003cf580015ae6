package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.model.Critic;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.model.TokenHead;
import dev.hone.objective.CompletionSignals;
import dev.hone.objective.Metrics;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.StepTotals;
import dev.hone.rollout.TokenSet;
import dev.hone.tensor.Device;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.tensor.TokenScores;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Answers of the policy's own, read again by the policy as it is, and by its critics. */
final class RolloutSignaller implements Signaller<RolloutRow, RolloutSignals> {
    private static final int ENTROPY = 0;
    private static final int WHOLE = 1;

    private final ActorCritic model;
    private final HiddenOptions options;
    private final Reading reading;

    /**
     * How answers are read.
     *
     * @param temperature at which they were sampled
     * @param limit tokens that an answer could have had
     * @param entropy whether the loss is differentiated by entropy
     */
    record Reading(double temperature, int limit, boolean entropy) {}

    RolloutSignaller(ActorCritic model, HiddenOptions options, Reading reading) {
        this.model = model;
        this.options = options;
        this.reading = reading;
    }

    @Override
    public Outputs outputs(Tape tape, List<RolloutRow> microbatch) {
        Packed packed = Packer.join(microbatch.stream().map(RolloutRow::packed).toList());
        long read = ReadTokens.of(microbatch).total();
        Rows rows = Rows.rounded(packed, model.policy().vocabulary(), model.policy().device());
        Tensor hidden = model.policy().hidden(tape, rows, options);
        TokenScores.Readings said = model.policy().head().readings(tape, hidden, rows,
                new TokenHead.Reading(reading.temperature(), reading.entropy(), support(microbatch)));
        List<Outputs.Recorded> recorded = new ArrayList<>(List.of(new Outputs.Recorded(said.logProbs(), read)));
        if (reading.entropy()) {
            recorded.add(new Outputs.Recorded(said.entropy(), read));
        }
        for (Critic critic : model.critics()) {
            recorded.add(new Outputs.Recorded(critic.values(tape, rows, hidden, options), packed.tokens()));
        }
        return new Outputs(recorded, Stream.concat(Stream.of(said.entropy()), said.wholeLogProbs().stream())
                .map(all -> all.narrow(0, 0, read)).toList());
    }

    /** What tokens were drawn from, of all answers end to end; what fills up the shape is read whole. */
    private static Optional<TokenScores.Support> support(List<RolloutRow> rows) {
        List<TokenSet> all = supports(rows);
        return all.isEmpty()
                ? Optional.empty()
                : Optional.of((row, counts) -> (row < all.size() ? all.get((int) row) : TokenSet.ALL).mark(counts));
    }

    private static List<TokenSet> supports(List<RolloutRow> rows) {
        return rows.stream().flatMap(row -> row.answers().stream()).flatMap(answer -> answer.supports().stream())
                .toList();
    }

    /** Log-probs over the whole vocabulary, whatever tokens were drawn from. */
    static Tensor whole(Outputs outputs) {
        return outputs.observed().size() > WHOLE ? outputs.observed().get(WHOLE) : outputs.first();
    }

    @Override
    public RolloutSignals signals(Outputs outputs, List<RolloutRow> rows, StepTotals totals, RunningMoments history) {
        CompletionSignals completions = ReadTokens.of(rows).all(new ReadTokens.Said(outputs.first(), Optional.empty(),
                Optional.empty()));
        Device device = outputs.first().device();
        boolean old = rows.stream().flatMap(row -> row.answers().stream())
                .allMatch(answer -> answer.behaviour().isPresent());
        Tensor behaviour = old
                ? flat(rows, answer -> answer.behaviour().orElseThrow(), device)
                : completions.logProbs().detach();
        RolloutSignals signals = RolloutSignals.of(completions, behaviour,
                flat(rows, RolloutRow.Answer::advantages, device), flat(rows, RolloutRow.Answer::weights, device),
                totals, reading.limit());
        if (reading.entropy()) {
            signals = signals.withEntropy(outputs.recorded().get(1).tensor());
        }
        for (int c = 0; c < model.critics().size(); c++) {
            signals = signals.withCritic(critic(outputs, rows, c));
        }
        return signals;
    }

    private Tensor sizes(List<TokenSet> supports, Device device) {
        float[] sizes = new float[supports.size()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = supports.get(i).size(model.policy().vocabulary());
        }
        return Tensors.of(sizes).to(device);
    }

    private int firstCritic() { return reading.entropy() ? 2 : 1; }

    /** @param index which of the critics */
    RolloutSignals.Critic critic(Outputs outputs, List<RolloutRow> rows, int index) {
        Device device = outputs.first().device();
        Tensor everywhere = outputs.recorded().get(firstCritic() + index).tensor().reshape(-1);
        Tensor values = everywhere.indexSelect(0, Tensors.indices(ReadTokens.predictors(rows)).to(device));
        return new RolloutSignals.Critic(values, flat(rows, answer -> answer.critics().get(index).values(), device),
                flat(rows, answer -> answer.critics().get(index).returns(), device));
    }

    private static Tensor flat(List<RolloutRow> rows, Function<RolloutRow.Answer, float[]> part, Device device) {
        List<float[]> parts = rows.stream().flatMap(row -> row.answers().stream()).map(part).toList();
        float[] all = new float[parts.stream().mapToInt(each -> each.length).sum()];
        int to = 0;
        for (float[] each : parts) {
            System.arraycopy(each, 0, all, to, each.length);
            to += each.length;
        }
        return Tensors.of(all).to(device);
    }

    @Override
    public Metrics metrics(Outputs outputs, List<RolloutRow> rows) {
        Metrics metrics = new Metrics().mean("entropy", outputs.observed().get(ENTROPY));
        List<TokenSet> supports = supports(rows);
        if (!supports.isEmpty()) {
            Tensor own = outputs.first().narrow(0, 0, supports.size()).detach();
            metrics.mean("mask/kept_mass", whole(outputs).sub(own).exp())
                    .mean("mask/size", sizes(supports, own.device()));
        }
        boolean sampled = rows.stream().flatMap(row -> row.answers().stream())
                .allMatch(answer -> answer.sampled().isPresent());
        if (sampled) {
            Tensor before = flat(rows, answer -> answer.sampled().orElseThrow(), outputs.first().device());
            Tensor gap = outputs.first().narrow(0, 0, before.count()).detach().sub(before).abs();
            metrics.mean("sampling/sampling_logp_difference/mean", gap).max("sampling/sampling_logp_difference/max",
                    gap);
        }
        return metrics;
    }
}
