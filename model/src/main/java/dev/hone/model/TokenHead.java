package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.tensor.TokenScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * The language-model head: from hidden states to log-probabilities of tokens. They are taken in chunks of rows and only
 * where a token carries loss, so that [T, V] never exists.
 */
public final class TokenHead {
    /** Bytes of one chunk of scores at most: each chunk costs passes over the gradient of the whole table. */
    private static final long CHUNK = 160L << 20;
    private static final long MOST_ROWS = 4096;
    private static final long ROUNDING = 64;

    private final Linear projection;

    TokenHead(Held weight) { this.projection = new Linear(weight, Optional.empty(), false); }

    Linear projection() { return projection; }

    /** [V, D]; the embedding table itself where the head is tied. */
    public Parameter weight() {
        return projection.weight();
    }

    /** Scores of every token of the vocabulary, [R, V], for few rows [R, D]. */
    public Tensor logits(Tensor hidden) {
        return pass(hidden, OptionalLong.empty()).output();
    }

    /** @param drawn the source of an adapter's dropout, where the head is trained */
    private LinearPass pass(Tensor rows, OptionalLong drawn) {
        return projection.pass(rows, drawn);
    }

    /**
     * The derivatives of a loss by what a chunk said, all [R] float32.
     *
     * @param byLogProbs by {@link TokenScores.Readings#logProbs}
     * @param byMeanLogProbs by {@link TokenScores.Readings#meanLogProbs}
     */
    public record Derivatives(Tensor byLogProbs, Tensor byMeanLogProbs) {}

    /** A loss that is a sum over tokens, so that it can be taken chunk by chunk. */
    @FunctionalInterface
    public interface ChunkLoss {
        /**
         * @param weights [R] the factors of the tokens
         * @return the derivatives of the chunk's loss
         */
        Derivatives of(TokenScores.Readings readings, Tensor weights);
    }

    /**
     * Forward and backward of the head at once, for a loss that is a sum over tokens: each chunk's scores become their own
     * gradient in place, so the product with the vocabulary is made once and not again in backward.
     *
     * @param hidden [T, D]; its gradient is given to the tape, whose backward the caller then runs
     */
    public void sweep(Tape tape, Tensor hidden, Rows rows, ChunkLoss loss) {
        Tensor gradient = tape.isRecording() ? Tensors.zerosLike(hidden) : hidden;
        OptionalLong seed = seed(tape);
        for (long first = 0; first < rows.predicted(); first += chunkRows()) {
            long count = Math.min(chunkRows(), rows.predicted() - first);
            try (Scope scope = Scope.open()) {
                Tensor predictors = rows.predictors().narrow(0, first, count);
                Tensor targets = rows.targets().narrow(0, first, count);
                Tensor chunk = hidden.indexSelect(0, predictors); // [R, D]
                LinearPass pass = pass(chunk, drawn(seed, first));
                TokenScores scores = new TokenScores(pass.output(), targets);
                Derivatives derivatives = loss.of(scores.readings(), rows.weights().narrow(0, first, count));
                if (tape.isRecording()) {
                    Tensor byScores = scores.gradient(derivatives.byLogProbs(), derivatives.byMeanLogProbs());
                    give(gradient, rows, predictors, pass.backward(byScores, true).orElseThrow());
                }
            }
        }
        if (tape.isRecording()) {
            tape.give(hidden, gradient);
        }
    }

    /** {@link #readings} of which only log π is wanted, [P] float32. */
    public Tensor logProbs(Tape tape, Tensor hidden, Rows rows) {
        return readings(tape, hidden, rows).logProbs();
    }

    /**
     * What the scores say of every token that carries loss, for losses that need whole sequences; log π is differentiable.
     * Where one chunk holds all scores it is kept and becomes its own gradient, else backward makes them again.
     *
     * @return all [P] float32
     */
    public TokenScores.Readings readings(Tape tape, Tensor hidden, Rows rows) {
        return readings(tape, hidden, rows, Reading.PLAIN);
    }

    /**
     * How scores are read.
     *
     * @param temperature divides the scores, above 0: of the distribution from which tokens are sampled
     * @param entropy whether entropy is differentiable, beside log π
     * @param support which tokens could be sampled, where not all: of each token that carries loss, in their order
     */
    public record Reading(double temperature, boolean entropy, Optional<TokenScores.Support> support) {
        static final Reading PLAIN = new Reading(1, false);

        /** Every token could be sampled. */
        public Reading(double temperature, boolean entropy) {
            this(temperature, entropy, Optional.empty());
        }
    }

    /** As {@link #readings(Tape, Tensor, Rows)}; the caller gives the tape the gradient of entropy, where it is differentiable. */
    public TokenScores.Readings readings(Tape tape, Tensor hidden, Rows rows, Reading reading) {
        boolean keeps = tape.isRecording() && rows.predicted() <= chunkRows();
        Draw draw = new Draw(seed(tape), reading.temperature(), reading.support());
        List<Chunk> kept = new ArrayList<>();
        List<TokenScores.Readings> parts = new ArrayList<>();
        for (long first = 0; first < rows.predicted(); first += chunkRows()) {
            try (Scope scope = Scope.open()) {
                Chunk chunk = chunk(hidden, rows, first, draw);
                TokenScores scores = chunk.scores();
                if (keeps) {
                    kept.add(chunk);
                    chunk.owned().forEach(scope::keep);
                }
                scores.readings().all().forEach(scope::keep);
                parts.add(scores.readings());
            }
        }
        if (parts.isEmpty()) {
            Tensor none = Tensors.zeros(DType.FLOAT32, hidden.device(), 0);
            return TokenScores.Readings.none(none);
        }
        TokenScores.Readings all = parts.size() == 1 ? parts.getFirst() : TokenScores.Readings.joined(parts);
        tape.record(all.logProbs(), gradient -> {
            Optional<Tensor> byEntropy = reading.entropy()
                    ? Optional.of(tape.gradient(all.entropy()))
                    : Optional.empty();
            tape.give(hidden, backward(hidden, rows,
                    first -> kept.isEmpty() ? chunk(hidden, rows, first, draw) : kept.getFirst(),
                    new Gradients(gradient, byEntropy, reading.temperature())));
        });
        if (reading.entropy()) {
            tape.track(all.entropy());
        }
        return all;
    }

    /** Derivatives of a loss by what was read, all [P]. */
    private record Gradients(Tensor byLogProbs, Optional<Tensor> byEntropy, double temperature) {
        /** By the scores of a chunk. */
        Tensor byScores(TokenScores scores, long first, long count) {
            Tensor own = byLogProbs.narrow(0, first, count);
            Tensor byScores = scores.gradient(own, Tensors.zerosLike(own),
                    byEntropy.map(all -> all.narrow(0, first, count)));
            if (temperature != 1) {
                byScores.mulInPlace(1 / temperature);
            }
            return byScores;
        }
    }

    private Tensor backward(Tensor hidden, Rows rows, LongFunction<Chunk> chunks, Gradients gradients) {
        Tensor byHidden = Tensors.zerosLike(hidden);
        for (long first = 0; first < rows.predicted(); first += chunkRows()) {
            try (Scope scope = Scope.open()) {
                Chunk chunk = chunks.apply(first);
                Tensor byScores = gradients.byScores(chunk.scores(), first, count(rows, first));
                Tensor predictors = rows.predictors().narrow(0, first, count(rows, first));
                give(byHidden, rows, predictors, chunk.pass().backward(byScores, true).orElseThrow());
                chunk.owned().forEach(Tensor::close);
            }
        }
        return byHidden;
    }

    /** A row predicts one token, unless several branches begin behind it. */
    static void give(Tensor gradient, Rows rows, Tensor predictors, Tensor byRows) {
        if (rows.packed().isBranched()) {
            gradient.indexAddInPlace(0, predictors, byRows);
        } else {
            gradient.indexCopyInPlace(0, predictors, byRows);
        }
    }

    /** Some rows, their scores, and what their gradient needs. */
    private record Chunk(Tensor rows, LinearPass pass, TokenScores scores) {
        List<Tensor> owned() {
            List<Tensor> owned = new ArrayList<>(scores.owned());
            owned.add(rows);
            owned.addAll(pass.kept());
            return owned;
        }
    }

    /**
     * What all chunks have in common.
     *
     * @param seed of an adapter's dropout
     */
    private record Draw(OptionalLong seed, double temperature, Optional<TokenScores.Support> support) {

        /** @param first the first row of the chunk */
        TokenScores read(Tensor scores, Tensor targets, long first) {
            return support.map(all -> TokenScores.within(scores, targets,
                    (row, counts) -> all.mark(first + row, counts))).orElseGet(() -> new TokenScores(scores, targets));
        }
    }

    private Chunk chunk(Tensor hidden, Rows rows, long first, Draw draw) {
        Tensor chunk = hidden.indexSelect(0, rows.predictors().narrow(0, first, count(rows, first)));
        LinearPass pass = pass(chunk, drawn(draw.seed(), first));
        if (draw.temperature() != 1) {
            pass.output().mulInPlace(1 / draw.temperature());
        }
        return new Chunk(chunk, pass,
                draw.read(pass.output(), rows.targets().narrow(0, first, count(rows, first)), first));
    }

    private OptionalLong seed(Tape tape) {
        return tape.isTraining() && Modules.drops(Stream.of(projection))
                ? OptionalLong.of(tape.randomness().nextSeed())
                : OptionalLong.empty();
    }

    private static OptionalLong drawn(OptionalLong seed, long first) {
        return seed.isPresent() ? OptionalLong.of(seed.getAsLong() + first) : seed;
    }

    private long count(Rows rows, long first) { return Math.min(chunkRows(), rows.predicted() - first); }

    private long chunkRows() {
        Tensor table = weight().value();
        return chunkRows(table.size(0), table.dtype().bytes());
    }

    /**
     * Rows whose scores are taken together.
     *
     * @param vocabulary V
     * @param bytes of a score
     */
    public static long chunkRows(long vocabulary, int bytes) {
        return Math.clamp(CHUNK / bytes / vocabulary / ROUNDING * ROUNDING, ROUNDING, MOST_ROWS);
    }
}
