package dev.hone.train;

import dev.hone.model.ActorCritic;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.List;

/** Reads answers before they are learned from: what policy and critics say of them, and how far the reference is. */
final class RolloutReader {
    /** Scores of two models are there at once, in float32. */
    private static final long CHUNK = 256;

    private final ActorCritic model;
    private final double temperature;
    private final int microbatchTokens;

    RolloutReader(ActorCritic model, double temperature, int microbatchTokens) {
        this.model = model;
        this.temperature = temperature;
        this.microbatchTokens = microbatchTokens;
    }

    /**
     * What was said of the answers of a row, each [T].
     *
     * @param logProbs the policy's, of each answer, over what its tokens were drawn from
     * @param wholeLogProbs the policy's, of each answer, over the whole vocabulary
     * @param values of each critic, of each answer
     */
    record Said(List<float[]> logProbs, List<float[]> wholeLogProbs, List<List<float[]>> values) {}

    /** Of every row. */
    List<Said> read(List<RolloutRow> rows) {
        RolloutSignaller signaller = new RolloutSignaller(model, HiddenOptions.PLAIN,
                new RolloutSignaller.Reading(temperature, 1, false));
        List<Said> all = new ArrayList<>();
        for (List<RolloutRow> part : RowSource.inOrder(rows, microbatchTokens)) {
            try (Scope scope = Scope.open()) {
                Outputs outputs = signaller.outputs(Tape.inference(), part);
                ReadTokens tokens = ReadTokens.of(part);
                float[] logProbs = outputs.first().narrow(0, 0, tokens.total()).toFloats();
                float[] whole = RolloutSignaller.whole(outputs).narrow(0, 0, tokens.total()).toFloats();
                int[] predictors = ReadTokens.predictors(part);
                List<float[]> values = new ArrayList<>();
                for (int c = 0; c < model.critics().size(); c++) {
                    float[] everywhere = outputs.recorded().get(1 + c).tensor().reshape(-1).toFloats();
                    float[] read = new float[predictors.length];
                    for (int i = 0; i < read.length; i++) {
                        read[i] = everywhere[predictors[i]];
                    }
                    values.add(read);
                }
                for (int r = 0; r < part.size(); r++) {
                    int row = r;
                    all.add(new Said(tokens.cut(logProbs, row), tokens.cut(whole, row),
                            values.stream().map(each -> tokens.cut(each, row)).toList()));
                }
            }
        }
        return all;
    }

    /** KL(π ‖ π_ref) of the whole distributions at each token, nats, per row and answer. */
    List<List<float[]>> divergence(List<RolloutRow> rows, ReferenceModel reference) {
        List<List<float[]>> all = new ArrayList<>();
        for (List<RolloutRow> part : RowSource.inOrder(rows, microbatchTokens)) {
            try (Scope scope = Scope.open()) {
                ReadTokens tokens = ReadTokens.of(part);
                float[] kl = divergence(Rows.of(Packer.join(part.stream().map(RolloutRow::packed).toList()),
                        reference.decoder().vocabulary(), reference.decoder().device()), reference);
                for (int r = 0; r < part.size(); r++) {
                    all.add(tokens.cut(kl, r));
                }
            }
        }
        return all;
    }

    private float[] divergence(Rows rows, ReferenceModel reference) {
        Tensor own = model.policy().hidden(Tape.inference(), rows);
        Tensor other = reference.reading(() -> reference.decoder().hidden(Tape.inference(), rows));
        List<Tensor> parts = new ArrayList<>();
        for (long first = 0; first < rows.predicted(); first += CHUNK) {
            Tensor at = rows.predictors().narrow(0, first, Math.min(CHUNK, rows.predicted() - first));
            parts.add(Scope.tidy(() -> {
                Tensor p = logProbs(model.policy(), own.indexSelect(0, at));
                Tensor q = reference.reading(() -> logProbs(reference.decoder(), other.indexSelect(0, at)));
                return p.exp().mul(p.sub(q)).sum(-1, false);
            }));
        }
        return parts.isEmpty() ? new float[0] : Tensors.cat(parts, 0).toFloats();
    }

    /** [C, V] float32. */
    private Tensor logProbs(Decoder decoder, Tensor hidden) {
        Tensor scores = decoder.head().logits(hidden).to(DType.FLOAT32).mul(1 / temperature);
        return scores.sub(scores.logSumExp(-1, true));
    }
}
