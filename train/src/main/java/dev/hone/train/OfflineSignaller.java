package dev.hone.train;

import dev.hone.model.ActionValues;
import dev.hone.model.HiddenOptions;
import dev.hone.model.QHead;
import dev.hone.model.Rows;
import dev.hone.model.ValuedPolicy;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.Metrics;
import dev.hone.objective.RunningMoments;
import dev.hone.objective.StepTotals;
import dev.hone.tensor.Device;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TokenScores;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Given answers, read token by token by a policy and its heads for Q and V. */
final class OfflineSignaller implements Signaller<OfflineRow, IlqlSignals> {
    private static final int ENTROPY = 0;
    private static final int CORRECT = 1;
    private static final int TARGETS = 2;

    private final ValuedPolicy model;
    private final HiddenOptions options;
    private final QHeadSettings settings;

    OfflineSignaller(ValuedPolicy model, HiddenOptions options, QHeadSettings settings) {
        this.model = model;
        this.options = options;
        this.settings = settings;
    }

    /** Recorded are log-probs, then Q and its cross-entropy of each head, then V at every token. */
    @Override
    public Outputs outputs(Tape tape, List<OfflineRow> microbatch) {
        Packed packed = Packer.join(microbatch.stream().map(OfflineRow::packed).toList());
        Rows rows = Rows.rounded(packed, model.policy().vocabulary(), model.policy().device());
        long read = tokens(microbatch);
        Tensor hidden = model.policy().hidden(tape, rows, options);
        TokenScores.Readings said = model.policy().head().readings(tape, hidden, rows);
        ActionValues heads = model.heads();
        List<Outputs.Recorded> recorded = new ArrayList<>(List.of(new Outputs.Recorded(said.logProbs(), read)));
        for (QHead head : heads.heads()) {
            QHead.Readings worth = head.readings(tape, hidden, rows);
            recorded.add(new Outputs.Recorded(worth.values(), read));
            recorded.add(new Outputs.Recorded(worth.crossEntropies(), read));
        }
        Tensor targets = heads.targets(hidden, rows);
        recorded.add(new Outputs.Recorded(heads.values(tape, hidden), packed.tokens()));
        return new Outputs(recorded, List.of(said.entropy().narrow(0, 0, read), said.correct().narrow(0, 0, read),
                targets.narrow(0, 0, read)));
    }

    @Override
    public IlqlSignals signals(Outputs outputs, List<OfflineRow> rows, StepTotals totals, RunningMoments history) {
        Device device = outputs.first().device();
        List<IlqlSignals.QHead> critics = new ArrayList<>();
        for (int i = 1; i + 1 < outputs.recorded().size() - 1; i += 2) {
            critics.add(new IlqlSignals.QHead(outputs.recorded().get(i).tensor(),
                    outputs.recorded().get(i + 1).tensor()));
        }
        Tensor everywhere = outputs.recorded().getLast().tensor().reshape(-1);
        int[] states = ReadTokens.predictors(rows);
        float[] goesOn = goesOn(rows);
        Tensor next = everywhere.detach().indexSelect(0, Tensors.indices(following(states, goesOn)).to(device))
                .mul(Tensors.of(goesOn).to(device));
        return new IlqlSignals(outputs.first(), critics, outputs.observed().get(TARGETS),
                everywhere.indexSelect(0, Tensors.indices(states).to(device)), next, rewards(rows, device),
                Tensors.of(ones(states.length)).to(device), totals);
    }

    /** 1 for tokens behind which the same answer has another, 0 for the last ones. */
    private static float[] goesOn(List<OfflineRow> rows) {
        float[] goesOn = ones(tokens(rows));
        int end = 0;
        for (OfflineRow row : rows) {
            end += row.rewards().length;
            if (row.rewards().length > 0) {
                goesOn[end - 1] = 0;
            }
        }
        return goesOn;
    }

    /** The state before the answer's next token; behind the last one any. */
    private static int[] following(int[] states, float[] goesOn) {
        int[] following = new int[states.length];
        Arrays.setAll(following, i -> goesOn[i] == 0 ? states[i] : states[i + 1]);
        return following;
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static int tokens(List<OfflineRow> rows) {
        return rows.stream().mapToInt(row -> row.rewards().length).sum();
    }

    private static Tensor rewards(List<OfflineRow> rows, Device device) {
        float[] all = new float[tokens(rows)];
        int to = 0;
        for (OfflineRow row : rows) {
            System.arraycopy(row.rewards(), 0, all, to, row.rewards().length);
            to += row.rewards().length;
        }
        return Tensors.of(all).to(device);
    }

    @Override
    public Metrics metrics(Outputs outputs, List<OfflineRow> rows) {
        return new Metrics().mean("entropy", outputs.observed().get(ENTROPY))
                .mean("mean_token_accuracy", outputs.observed().get(CORRECT))
                .mean("q_values/target", outputs.observed().get(TARGETS));
    }

    @Override
    public void stepped(long steps) {
        if (steps % settings.stepsForTargetQSync() == 0) {
            model.heads().follow(settings.alpha());
        }
    }
}
