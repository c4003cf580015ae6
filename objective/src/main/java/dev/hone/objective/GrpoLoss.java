package dev.hone.objective;

import dev.hone.objective.PolicyGradient.Clip;
import dev.hone.tensor.Tensor;

/**
 * The forms of {@link Grpo}: what a token's loss is, and what the sum is divided by. Notation: ρ importance ratio, A advantage, T tokens of
 * the step that count, N its completions; sg: not differentiated.
 */
public enum GrpoLoss {
    /** −min(ρA, clip(ρ)A); mean over completions of their token means (arXiv 2402.03300, eq. 3). */
    GRPO(Share.ROWS),
    /** The same; sum / T. TRL divides by the tokens of a micro-batch, which parts of a step would not add up to: here it equals dapo. */
    BNPO(Share.TOKENS),
    /** The same; sum / (N·max_completion_length) (arXiv 2503.20783). */
    DR_GRPO(Share.LIMIT),
    /** The same; sum / T (arXiv 2503.14476, eq. 8). */
    DAPO(Share.TOKENS),
    /** The same; sum / N: a completion weighs by its length (LUSPO), meant for the ratio of sequences. */
    LUSPO(Share.SUMS),
    /** −sg(min(ρ, ε_high))·A·log π; sum / T (arXiv 2506.13585, eq. 4). epsilon_high is the largest ratio itself. */
    CISPO(Share.TOKENS),
    /** −A·σ(τ(ρ − 1))·4/τ, with τ for A > 0 and another for the rest; mean over completions of token means (arXiv 2511.20347). */
    SAPO(Share.ROWS),
    /** −sg(φ)·A·log π; φ = e^(λ + k·log W − λW), W the ratio of the whole completion, k and λ by the sign of A; sum / T. */
    VESPO(Share.TOKENS);

    /** What a sum over tokens is divided by. */
    private enum Share {
        ROWS, TOKENS, LIMIT, SUMS
    }

    private static final double LEAST_LOG_WEIGHT = Math.log(1e-8);
    private static final double MOST_LOG_WEIGHT = 20;
    private final Share share;

    GrpoLoss(Share share) { this.share = share; }

    /** Whether ratios are kept in a range around 1. */
    boolean clips() {
        return this != CISPO && this != SAPO && this != VESPO;
    }

    /** [P] from the ratios [P] of the chosen level. */
    Tensor perToken(RolloutSignals s, Tensor ratios, Grpo settings) {
        return switch (this) {
            case GRPO, BNPO, DR_GRPO, DAPO, LUSPO -> {
                Clip clip = settings.clip();
                Tensor capped = settings.delta().map(ratios::clampMax).orElse(ratios);
                yield capped.mul(s.advantages()).minimum(clip.apply(ratios).mul(s.advantages())).neg();
            }
            case CISPO -> ratios.clampMax(settings.epsilonHigh().orElseThrow()).detach().mul(likelihood(s));
            case SAPO -> gate(ratios, bySign(s.advantages().gt(0), settings.sapoTemperaturePos(),
                    settings.sapoTemperatureNeg(), ratios)).mul(s.advantages()).neg();
            case VESPO -> s.spread(phi(s, settings)).mul(likelihood(s));
        };
    }

    /** [] this part's share of the step's loss. */
    Tensor reduce(RolloutSignals s, Tensor perToken) {
        return switch (share) {
            case ROWS -> s.rowMean(s.rowMeans(perToken));
            case TOKENS -> s.tokenMean(perToken);
            case LIMIT -> s.rowMean(s.rowSums(perToken)).div(s.limit());
            case SUMS -> s.rowMean(s.rowSums(perToken));
        };
    }

    /** What {@link #reduce} comes to, as a metric. */
    Metrics report(Metrics metrics, String name, RolloutSignals s, Tensor perToken) {
        return switch (share) {
            case ROWS -> metrics.mean(name, s.rowMeans(perToken));
            case TOKENS -> metrics.mean(name, perToken, s.weights());
            case LIMIT -> metrics.mean(name, s.rowSums(perToken).div(s.limit()));
            case SUMS -> metrics.mean(name, s.rowSums(perToken));
        };
    }

    /** [n] VESPO's weight of whole completions, 1 where the policy has not moved. */
    static Tensor phi(RolloutSignals s, Grpo settings) {
        Tensor steps = s.logRatios().detach().clamp(-MOST_LOG_WEIGHT, MOST_LOG_WEIGHT);
        Tensor logWeight = s.rowSums(steps).clamp(LEAST_LOG_WEIGHT, MOST_LOG_WEIGHT);
        Tensor up = s.rowMeans(s.advantages()).lt(0).not();
        Tensor k = bySign(up, settings.vespoKPos(), settings.vespoKNeg(), steps);
        Tensor lambda = bySign(up, settings.vespoLambdaPos(), settings.vespoLambdaNeg(), steps);
        return lambda.add(k.mul(logWeight)).sub(lambda.mul(logWeight.exp())).exp();
    }

    private static Tensor likelihood(RolloutSignals s) { return s.completions().logProbs().mul(s.advantages()).neg(); }

    private static Tensor gate(Tensor ratios, Tensor temperature) {
        return ratios.sub(1).mul(temperature).sigmoid().mul(4).div(temperature);
    }

    private static Tensor bySign(Tensor up, double positive, double other, Tensor like) {
        return up.to(like.dtype()).mul(positive - other).add(other);
    }
}
