package dev.hone.tensor;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What rows of scores say about one target each, and the gradient that goes back into the scores. On the CPU the scores are
 * read twice and overwritten once (the idea of Liger's fused cross-entropy, arXiv 2410.10989); elsewhere, and for float64, plain ops serve.
 */
public final class TokenScores {
    /** The score of a token that does not count: its probability is 0 in every type, and no reading becomes NaN by it. */
    private static final double OUTSIDE = -1e30;

    private final Tensor scores;
    private final Tensor targets;
    private final Tensor normaliser;
    private final Readings readings;
    private final boolean vectors;

    /**
     * All [R], float32 (float64 for float64 scores), nats.
     *
     * @param logProbs log π(target)
     * @param meanLogProbs mean of log π over the vocabulary
     * @param entropy of the distribution
     * @param correct 1 where the target is the first of the most probable tokens
     * @param collisions log Σ π²: of two draws being the same token
     * @param meanScores mean score over the vocabulary
     * @param wholeLogProbs log π(target) over the whole vocabulary, where all else is read {@linkplain #within within a support},
     *     on which means over the vocabulary mean nothing
     */
    public record Readings(Tensor logProbs, Tensor meanLogProbs, Tensor entropy, Tensor correct, Tensor collisions,
            Tensor meanScores, Optional<Tensor> wholeLogProbs) {

        /** Of rows of which none is there. */
        public static Readings none(Tensor empty) {
            return new Readings(empty, empty, empty, empty, empty, empty, Optional.empty());
        }

        /** All of them, in the order of the components. */
        public List<Tensor> all() {
            return Stream.concat(Stream.of(logProbs, meanLogProbs, entropy, correct, collisions, meanScores),
                    wholeLogProbs.stream()).toList();
        }

        /** Readings of several chunks, end to end. */
        public static Readings joined(List<Readings> chunks) {
            List<Tensor> parts = IntStream.range(0, chunks.getFirst().all().size())
                    .mapToObj(i -> Tensors.cat(chunks.stream().map(chunk -> chunk.all().get(i)).toList(), 0)).toList();
            return new Readings(parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), parts.get(5),
                    parts.stream().skip(6).findFirst());
        }
    }

    /** Which tokens of the vocabulary count in each row of scores. Several threads may ask at once. */
    @FunctionalInterface
    public interface Support {

        /**
         * Says it of one row.
         *
         * @param row from 0
         * @param counts [V] false everywhere; true is set for each token that counts, the target among them
         */
        void mark(long row, boolean[] counts);
    }

    /** The same on the host, with log Σ exp of each row. */
    record Statistics(float[] logProbs, float[] meanLogProbs, float[] entropies, float[] correct, float[] collisions,
            float[] normalisers) {
        static Statistics room(int rows) {
            return new Statistics(new float[rows], new float[rows], new float[rows], new float[rows], new float[rows],
                    new float[rows]);
        }
    }

    /** Derivatives of a loss on the host, and the entropies; no entropies where nothing is derived by them. */
    record Derivatives(float[] byLogProbs, float[] byMeanLogProbs, float[] byEntropy, float[] entropies) {}

    /**
     * Reads the scores.
     *
     * @param scores [R, V]; {@link #gradient} overwrites them
     * @param targets [R] int64
     */
    public TokenScores(Tensor scores, Tensor targets) { this(scores, targets, Optional.empty()); }

    private TokenScores(Tensor scores, Tensor targets, Optional<Tensor> wholeLogProbs) {
        this.scores = scores;
        this.targets = targets;
        this.vectors = VectorModule.serves(scores);
        if (vectors) {
            Statistics all = VectorScores.statistics(scores, targets.toLongs());
            this.normaliser = Tensors.of(all.normalisers());
            Tensor means = Tensors.of(all.meanLogProbs());
            this.readings = new Readings(Tensors.of(all.logProbs()), means, Tensors.of(all.entropies()),
                    Tensors.of(all.correct()), Tensors.of(all.collisions()), means.add(normaliser), wholeLogProbs);
        } else {
            Tensor wide = scores.dtype() == DType.FLOAT64 ? scores : scores.to(DType.FLOAT32);
            Tensor column = wide.logSumExp(-1, true);
            this.normaliser = column.squeeze(1);
            Tensor logProbs = wide.gather(1, targets.unsqueeze(1)).squeeze(1).sub(normaliser);
            Tensor entropy = normaliser.sub(wide.sub(column).exp().mul(wide).sum(-1, false));
            Tensor means = wide.mean(-1, false);
            this.readings = new Readings(logProbs, means.sub(normaliser), entropy,
                    wide.argmax(1).eq(targets).to(DType.FLOAT32), wide.sub(column).mul(2).logSumExp(-1, false), means,
                    wholeLogProbs);
        }
    }

    /**
     * Reads the scores of the tokens that count alone: log-probs, entropy and the rest are those of the distribution that is
     * left when the others have no probability, and so is the gradient, which is 0 at the others.
     *
     * @param scores [R, V]; may be overwritten
     * @param targets [R] int64
     */
    public static TokenScores within(Tensor scores, Tensor targets, Support support) {
        Tensor whole = new TokenScores(scores, targets).readings().logProbs();
        return new TokenScores(restricted(scores, support), targets, Optional.of(whole));
    }

    private static Tensor restricted(Tensor scores, Support support) {
        if (VectorModule.serves(scores)) {
            VectorScores.restrict(scores, support, (float) OUTSIDE);
            return scores;
        }
        int width = Math.toIntExact(scores.size(1));
        boolean[] all = new boolean[Math.toIntExact(scores.count())];
        for (int row = 0; row < scores.size(0); row++) {
            boolean[] line = new boolean[width];
            support.mark(row, line);
            System.arraycopy(line, 0, all, row * width, width);
        }
        return scores.maskedFill(Tensors.ofBooleans(all, scores.shape()).to(scores.device()).not(), OUTSIDE);
    }

    public Readings readings() { return readings; }

    /** What {@link #gradient} will need. */
    public List<Tensor> owned() { return List.of(scores, targets, normaliser); }

    /** {@link #gradient(Tensor, Tensor, Optional)} of a loss that the entropy has no part in. */
    public Tensor gradient(Tensor byLogProbs, Tensor byMeanLogProbs) {
        return gradient(byLogProbs, byMeanLogProbs, Optional.empty());
    }

    /**
     * The gradient by the scores, [R, V] in their type and, where it saves memory, in their place:
     * ∂/∂z of Σ a·log π(target) + b·mean log π + c·H = a·(onehot − p) + b·(1/V − p) − c·p·(log p + H). With c the entropies of {@link #readings}
     * are read, which must not be closed yet.
     *
     * @param byLogProbs a, [R]
     * @param byMeanLogProbs b, [R]
     * @param byEntropy c, [R]
     */
    public Tensor gradient(Tensor byLogProbs, Tensor byMeanLogProbs, Optional<Tensor> byEntropy) {
        if (vectors) {
            float[] none = new float[0];
            VectorScores.gradient(scores, targets.toLongs(), normaliser.toFloats(),
                    new Derivatives(byLogProbs.toFloats(), byMeanLogProbs.toFloats(),
                            byEntropy.map(Tensor::toFloats).orElse(none),
                            byEntropy.map(any -> readings.entropy().toFloats()).orElse(none)));
            return scores;
        }
        Tensor target = byLogProbs.to(normaliser.dtype()).unsqueeze(1);
        Tensor mean = byMeanLogProbs.to(normaliser.dtype()).unsqueeze(1);
        Tensor logProbs = scores.to(normaliser.dtype()).sub(normaliser.unsqueeze(1));
        Tensor gradient = logProbs.exp();
        Tensor factor = target.add(mean).neg();
        gradient.mulInPlace(byEntropy.map(given -> factor.sub(logProbs.add(readings.entropy().unsqueeze(1))
                .mul(given.to(normaliser.dtype()).unsqueeze(1)))).orElse(factor));
        gradient.addInPlace(mean.div(scores.size(1)));
        gradient.scatterAddInPlace(1, targets.unsqueeze(1), target);
        return gradient.to(scores.dtype());
    }
}
