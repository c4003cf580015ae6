package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.TokenScores;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * A head for Q: what every next token is worth in the state that a hidden state stands for. Two projections with a ReLU between
 * them, D → 2D → V, as trlX has them, computed in float32 whatever the type of the hidden states. As with the
 * {@link TokenHead}, [T, V] never exists.
 */
public final class QHead {
    private static final int WIDENING = 2;

    private final Linear dense;
    private final Linear output;

    private QHead(Linear dense, Linear output) {
        this.dense = dense;
        this.output = output;
    }

    static QHead make(String name, long width, long vocabulary, ParameterSource source) {
        return new QHead(linear(name + ".0", WIDENING * width, width, source),
                linear(name + ".2", vocabulary, WIDENING * width, source));
    }

    private static Linear linear(String name, long outputs, long inputs, ParameterSource source) {
        return Linear.make(source, new Linear.Shape(List.of(name), List.of(outputs), inputs, true, false),
                new ParameterSource.Uniform(1 / Math.sqrt(inputs)));
    }

    /**
     * What the head says of tokens, all [P] float32 (float64 for hidden states of that type).
     *
     * @param values Q of the token that came
     * @param crossEntropies −log softmax of Q over the vocabulary, at that token
     */
    public record Readings(Tensor values, Tensor crossEntropies) {}

    /**
     * What the head says of every token that carries loss; both are differentiable, and the caller gives the tape the gradients
     * of both. Where one chunk holds all scores it is kept and becomes its own gradient, else backward makes them again.
     *
     * @param hidden [T, D]
     */
    public Readings readings(Tape tape, Tensor hidden, Rows rows) {
        boolean keeps = tape.isRecording() && rows.predicted() <= chunkRows();
        List<Chunk> kept = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        List<Tensor> logProbs = new ArrayList<>();
        for (long first = 0; first < rows.predicted(); first += chunkRows()) {
            try (Scope scope = Scope.open()) {
                Chunk chunk = chunk(hidden, rows, first);
                if (keeps) {
                    kept.add(chunk);
                    chunk.owned().forEach(scope::keep);
                }
                values.add(scope.keep(chunk.values()));
                logProbs.add(scope.keep(chunk.scores().readings().logProbs()));
            }
        }
        if (values.isEmpty()) {
            Tensor none = Tensors.zeros(ScalarHead.wide(hidden.dtype()), hidden.device(), 0);
            return new Readings(none, none);
        }
        Tensor all = joined(values);
        Tensor crossEntropies = tape.track(joined(logProbs).neg());
        tape.record(all, gradient -> tape.give(hidden, backward(hidden, rows,
                first -> kept.isEmpty() ? chunk(hidden, rows, first) : kept.getFirst(),
                new Readings(gradient, tape.gradient(crossEntropies)))));
        return new Readings(all, crossEntropies);
    }

    /** Q of every token that carries loss, [P]; not differentiable. */
    Tensor values(Tensor hidden, Rows rows) {
        List<Tensor> values = new ArrayList<>();
        for (long first = 0; first < rows.predicted(); first += chunkRows()) {
            long from = first;
            values.add(Scope.tidy(() -> at(scores(hidden.indexSelect(0, predictors(rows, from))),
                    targets(rows, from))));
        }
        return values.isEmpty()
                ? Tensors.zeros(ScalarHead.wide(hidden.dtype()), hidden.device(), 0)
                : joined(values);
    }

    /** Q of every token of the vocabulary, [R, V], for few rows [R, D]; not differentiable. */
    Tensor scores(Tensor rows) {
        return output.affine(inner(rows.to(ScalarHead.wide(rows.dtype()))));
    }

    private static Tensor joined(List<Tensor> parts) {
        return parts.size() == 1 ? parts.getFirst() : Tensors.cat(parts, 0);
    }

    /** Some rows, what stands between the projections, the scores, and those of the tokens that came. */
    private record Chunk(Tensor rows, Tensor inner, TokenScores scores, Tensor values) {
        List<Tensor> owned() {
            List<Tensor> owned = new ArrayList<>(scores.owned());
            owned.add(rows);
            owned.add(inner);
            return owned;
        }
    }

    private Chunk chunk(Tensor hidden, Rows rows, long first) {
        Tensor narrow = hidden.indexSelect(0, predictors(rows, first));
        Tensor x = narrow.to(ScalarHead.wide(narrow.dtype()));
        Tensor inner = inner(x);
        Tensor scores = output.affine(inner);
        Tensor targets = targets(rows, first);
        return new Chunk(x, inner, new TokenScores(scores, targets), at(scores, targets));
    }

    private Tensor inner(Tensor x) { return dense.affine(x).clampMin(0); }

    private static Tensor at(Tensor scores, Tensor targets) {
        return scores.gather(1, targets.unsqueeze(1)).squeeze(1);
    }

    /** @param gradients of values and cross-entropies, [P] */
    private Tensor backward(Tensor hidden, Rows rows, LongFunction<Chunk> chunks, Readings gradients) {
        Tensor byHidden = Tensors.zerosLike(hidden);
        for (long first = 0; first < rows.predicted(); first += chunkRows()) {
            try (Scope scope = Scope.open()) {
                Chunk chunk = chunks.apply(first);
                Tensor byLogProbs = gradients.crossEntropies().narrow(0, first, count(rows, first)).neg();
                Tensor byScores = chunk.scores().gradient(byLogProbs, Tensors.zerosLike(byLogProbs));
                byScores.scatterAddInPlace(1, targets(rows, first).unsqueeze(1),
                        gradients.values().narrow(0, first, count(rows, first)).unsqueeze(1));
                Tensor byInner = accumulated(output, chunk.inner(), byScores);
                byInner.mulInPlace(chunk.inner().gt(0).to(byInner.dtype()));
                Tensor byRows = accumulated(dense, chunk.rows(), byInner);
                TokenHead.give(byHidden, rows, predictors(rows, first), byRows.to(hidden.dtype()));
                chunk.owned().forEach(Tensor::close);
            }
        }
        return byHidden;
    }

    /** Gives a projection its gradients and returns that of its input. */
    private static Tensor accumulated(Linear linear, Tensor x, Tensor gradient) {
        if (linear.weight().trainable()) {
            linear.weight().accumulate(gradient.t().matmul(x));
        }
        linear.bias().filter(Parameter::trainable).ifPresent(bias -> bias.accumulate(gradient.sum(0, false)));
        return linear.inputGradient(gradient);
    }

    private Tensor predictors(Rows rows, long first) { return rows.predictors().narrow(0, first, count(rows, first)); }

    private Tensor targets(Rows rows, long first) { return rows.targets().narrow(0, first, count(rows, first)); }

    private long count(Rows rows, long first) { return Math.min(chunkRows(), rows.predicted() - first); }

    private long chunkRows() {
        DType dtype = output.weight().value().dtype();
        return TokenHead.chunkRows(output.outputs(), dtype.bytes());
    }

    Stream<Parameter> parameters() { return Stream.of(dense, output).flatMap(Linear::parameters); }
}
