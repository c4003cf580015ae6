package dev.hone.tensor;

/**
 * What rows of scores say about one target each, and the gradient that goes back into the scores. On the CPU the scores are
 * read twice and overwritten once (the idea of Liger's fused cross-entropy, arXiv 2410.10989); elsewhere, and for float64, plain ops serve.
 */
public final class TokenScores {
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
     */
    public record Readings(Tensor logProbs, Tensor meanLogProbs, Tensor entropy, Tensor correct) {}

    /** The same on the host, with log Σ exp of each row. */
    record Statistics(float[] logProbs, float[] meanLogProbs, float[] entropies, float[] correct, float[] normalisers) {
        static Statistics room(int rows) {
            return new Statistics(new float[rows], new float[rows], new float[rows], new float[rows], new float[rows]);
        }
    }

    /** Derivatives of a loss on the host. */
    record Derivatives(float[] byLogProbs, float[] byMeanLogProbs) {}

    /**
     * Reads the scores.
     *
     * @param scores [R, V]; {@link #gradient} overwrites them
     * @param targets [R] int64
     */
    public TokenScores(Tensor scores, Tensor targets) {
        this.scores = scores;
        this.targets = targets;
        this.vectors = VectorModule.serves(scores);
        if (vectors) {
            Statistics all = VectorScores.statistics(scores, targets.toLongs());
            this.normaliser = Tensors.of(all.normalisers());
            this.readings = new Readings(Tensors.of(all.logProbs()), Tensors.of(all.meanLogProbs()),
                    Tensors.of(all.entropies()), Tensors.of(all.correct()));
        } else {
            Tensor wide = scores.dtype() == DType.FLOAT64 ? scores : scores.to(DType.FLOAT32);
            Tensor column = wide.logSumExp(-1, true);
            this.normaliser = column.squeeze(1);
            Tensor logProbs = wide.gather(1, targets.unsqueeze(1)).squeeze(1).sub(normaliser);
            Tensor entropy = normaliser.sub(wide.sub(column).exp().mul(wide).sum(-1, false));
            this.readings = new Readings(logProbs, wide.mean(-1, false).sub(normaliser), entropy,
                    wide.argmax(1).eq(targets).to(DType.FLOAT32));
        }
    }

    public Readings readings() { return readings; }

    /**
     * The gradient by the scores, [R, V] in their type and, where it saves memory, in their place:
     * ∂/∂z of Σ a·log π(target) + b·mean log π = a·(onehot − p) + b·(1/V − p).
     *
     * @param byLogProbs a, [R]
     * @param byMeanLogProbs b, [R]
     */
    public Tensor gradient(Tensor byLogProbs, Tensor byMeanLogProbs) {
        if (vectors) {
            VectorScores.gradient(scores, targets.toLongs(), normaliser.toFloats(),
                    new Derivatives(byLogProbs.toFloats(), byMeanLogProbs.toFloats()));
            return scores;
        }
        Tensor target = byLogProbs.to(normaliser.dtype()).unsqueeze(1);
        Tensor mean = byMeanLogProbs.to(normaliser.dtype()).unsqueeze(1);
        Tensor gradient = scores.to(normaliser.dtype()).sub(normaliser.unsqueeze(1)).exp();
        gradient.mulInPlace(target.add(mean).neg());
        gradient.addInPlace(mean.div(scores.size(1)));
        gradient.scatterAddInPlace(1, targets.unsqueeze(1), target);
        return gradient.to(scores.dtype());
    }
}
