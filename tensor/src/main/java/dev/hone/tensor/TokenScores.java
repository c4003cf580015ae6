package dev.hone.tensor;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
     * @param collisions log Σ π²: of two draws being the same token
     * @param meanScores mean score over the vocabulary
     */
    public record Readings(Tensor logProbs, Tensor meanLogProbs, Tensor entropy, Tensor correct, Tensor collisions,
            Tensor meanScores) {

        /** All of them, in the order of the components. */
        public List<Tensor> all() {
            return List.of(logProbs, meanLogProbs, entropy, correct, collisions, meanScores);
        }

        /** Readings of several chunks, end to end. */
        public static Readings joined(List<Readings> chunks) {
            List<Tensor> parts = IntStream.range(0, 6)
                    .mapToObj(i -> Tensors.cat(chunks.stream().map(chunk -> chunk.all().get(i)).toList(), 0)).toList();
            return new Readings(parts.get(0), parts.get(1), parts.get(2), parts.get(3), parts.get(4), parts.get(5));
        }
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
    public TokenScores(Tensor scores, Tensor targets) {
        this.scores = scores;
        this.targets = targets;
        this.vectors = VectorModule.serves(scores);
        if (vectors) {
            Statistics all = VectorScores.statistics(scores, targets.toLongs());
            this.normaliser = Tensors.of(all.normalisers());
            Tensor means = Tensors.of(all.meanLogProbs());
            this.readings = new Readings(Tensors.of(all.logProbs()), means, Tensors.of(all.entropies()),
                    Tensors.of(all.correct()), Tensors.of(all.collisions()), means.add(normaliser));
        } else {
            Tensor wide = scores.dtype() == DType.FLOAT64 ? scores : scores.to(DType.FLOAT32);
            Tensor column = wide.logSumExp(-1, true);
            this.normaliser = column.squeeze(1);
            Tensor logProbs = wide.gather(1, targets.unsqueeze(1)).squeeze(1).sub(normaliser);
            Tensor entropy = normaliser.sub(wide.sub(column).exp().mul(wide).sum(-1, false));
            Tensor means = wide.mean(-1, false);
            this.readings = new Readings(logProbs, means.sub(normaliser), entropy,
                    wide.argmax(1).eq(targets).to(DType.FLOAT32), wide.sub(column).mul(2).logSumExp(-1, false), means);
        }
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
