package dev.hone.objective;

import dev.hone.tensor.Tensor;
import java.util.EnumSet;
import java.util.Set;

/**
 * The forms of direct preference losses, each a number per pair. Notation: a, b log-ratios of chosen and rejected, s the score of
 * {@link FDivergence}, D = s(a) − s(b), x = βD, ε label smoothing, |y| length in tokens, ls = log σ, P = σ(margin).
 */
public enum PairLoss {
    /** −(1−ε) ls(x) − ε ls(−x): DPO (arXiv 2305.18290, eq. 7), with ε cDPO. */
    SIGMOID((v, d) -> Logistic.smoothed(x(v, d), d.labelSmoothing()), Reads.SCORE, Reads.SMOOTHING),
    /** max(0, 1 − x): SLiC (arXiv 2305.10425). */
    HINGE((v, d) -> x(v, d).neg().add(1).clampMin(0), Reads.SCORE),
    /** (s(a)/|w| − s(b)/|l| − 1/(2β))²: IPO (arXiv 2310.12036, eq. 17), with token means as its authors advise. */
    IPO((v, d) -> v.meanDelta().sub(0.5 / d.beta()).square(), Reads.SCORE),
    /** KL(q ‖ (1−ε, ε)), q = σ(x): EXO (arXiv 2402.00856, eq. 16); ε = 0 is taken as 0.001, since log 0 has no value. */
    EXO_PAIR((v, d) -> exo(x(v, d), d.labelSmoothing() == 0 ? 1e-3 : d.labelSmoothing()), Reads.SCORE,
            Reads.SMOOTHING),
    /** −ls(βa) − ½ ls(−βa) − ½ ls(−βb): NCA (arXiv 2402.05369). */
    NCA_PAIR((v, d) -> ls(v.a(), d).add(ls(v.a().neg(), d).mul(0.5)).add(ls(v.b().neg(), d).mul(0.5)).neg()),
    /** (−(1−ε) ls(x) + ε ls(−x)) / (1 − 2ε): robust DPO (arXiv 2403.00409, eq. 12). */
    ROBUST((v, d) -> ls(v.delta(), d).mul(d.labelSmoothing() - 1)
            .add(ls(v.delta().neg(), d).mul(d.labelSmoothing())).div(1 - 2 * d.labelSmoothing()), Reads.SCORE,
            Reads.SMOOTHING),
    /** −ls(βa) − ls(−βb): BCO on pairs (arXiv 2404.04656) without its shift. */
    BCO_PAIR((v, d) -> ls(v.a(), d).add(ls(v.b().neg(), d)).neg()),
    /** (a − 1/(2β))² + (b + 1/(2β))²: SPPO (arXiv 2405.00675) with certain labels. */
    SPPO_HARD((v, d) -> v.a().sub(0.5 / d.beta()).square().add(v.b().add(0.5 / d.beta()).square())),
    /** The sigmoid form of differences paired by rank over the batch: AOT (arXiv 2406.05882). */
    AOT((v, d) -> Logistic.smoothed(v.sortedDelta().mul(d.beta()), d.labelSmoothing()), Reads.ORDER, Reads.SMOOTHING),
    /** The same with each side's log-ratios paired by rank. */
    AOT_UNPAIRED((v, d) -> Logistic.smoothed(v.sortedSides().mul(d.beta()), d.labelSmoothing()), Reads.ORDER,
            Reads.SMOOTHING),
    /** 1 − σ(βa) + σ(βb): APO-zero (arXiv 2408.06266). */
    APO_ZERO((v, d) -> sigma(v.a().neg(), d).add(sigma(v.b(), d))),
    /** σ(βa) + 1 − σ(β(a − b)): APO-down. */
    APO_DOWN((v, d) -> sigma(v.a(), d).add(sigma(v.b().sub(v.a()), d))),
    /** (1−m)(−ls(x)) + m e^(−x), m = σ(x/τ): DiscoPOP (arXiv 2406.08414); the exponent bounded by 80. */
    DISCOPOP((v, d) -> {
        Tensor x = x(v, d);
        Tensor share = x.div(d.discopopTau());
        return share.neg().sigmoid().mul(x.logSigmoid().neg())
                .add(share.sigmoid().mul(Logistic.boundedExp(x.neg())));
    }, Reads.SCORE),
    /** Token-mean cross-entropy of the chosen completions of the step, as in RPO (arXiv 2404.19733) and MPO. */
    SFT((v, d) -> v.signals().chosen().sums().mul(-v.signals().totals().rows() / v.signals().totals().tokens()),
            Reads.CHOSEN_TOKENS),
    /** −ls(β(s(a)/|w| − s(b)/|l|)): DPO of token means. */
    SIGMOID_NORM((v, d) -> ls(v.meanDelta(), d).neg(), Reads.SCORE),
    /** −log π(w): LMFlow's RAFT on the chosen side. */
    RAFT((v, d) -> v.signals().chosen().sums().neg(), Reads.CHOSEN_TOKENS),
    /** −ls(βa): LMFlow's cross-entropy. */
    CROSS_ENTROPY((v, d) -> ls(v.a(), d).neg()),
    /** KL(P ‖ σ(x)): LMFlow, the margin says how sure the preference is. */
    KL((v, d) -> divergence(v.margins(), x(v, d)), Reads.SCORE, Reads.MARGIN),
    /** |σ(x) − P|: LMFlow, total variation. */
    TV((v, d) -> x(v, d).sigmoid().sub(v.margins().sigmoid()).abs(), Reads.SCORE, Reads.MARGIN),
    /** ½(√σ(x) − √P)² + ½(√σ(−x) − √(1−P))²: LMFlow, squared Hellinger distance. */
    HELLINGER((v, d) -> rootGap(x(v, d), v.margins()).add(rootGap(x(v, d).neg(), v.margins().neg())).mul(0.5),
            Reads.SCORE, Reads.MARGIN),
    /** KL(σ(x) ‖ P): LMFlow. */
    REV_KL((v, d) -> divergence(x(v, d), v.margins()), Reads.SCORE, Reads.MARGIN);

    /** What a form reads besides log-ratios and beta. */
    enum Reads {
        /** s(a) and s(b). */
        SCORE,
        /** ε. */
        SMOOTHING,
        /** The order over the step. */
        ORDER,
        /** The margin column. */
        MARGIN,
        /** Log-probs of the chosen completions alone. */
        CHOSEN_TOKENS
    }

    private interface Form {
        Tensor perPair(PairView view, Dpo settings);
    }

    private final Form form;
    private final Set<Reads> reads;

    PairLoss(Form form, Reads... reads) {
        this.form = form;
        this.reads = EnumSet.noneOf(Reads.class);
        this.reads.addAll(java.util.List.of(reads));
    }

    boolean reads(Reads what) { return reads.contains(what); }

    /** [n] the loss of each pair. */
    Tensor perPair(PairView view, Dpo settings) {
        return form.perPair(view, settings);
    }

    private static Tensor x(PairView v, Dpo d) { return v.delta().mul(d.beta()); }

    private static Tensor ls(Tensor u, Dpo d) { return u.mul(d.beta()).logSigmoid(); }

    private static Tensor sigma(Tensor u, Dpo d) { return u.mul(d.beta()).sigmoid(); }

    private static Tensor exo(Tensor x, double epsilon) {
        return x.sigmoid().mul(x.logSigmoid().sub(Math.log1p(-epsilon)))
                .add(x.neg().sigmoid().mul(x.neg().logSigmoid().sub(Math.log(epsilon))));
    }

    /** KL(σ(x) ‖ σ(y)) of two coins. */
    private static Tensor divergence(Tensor x, Tensor y) {
        return x.sigmoid().mul(x.logSigmoid().sub(y.logSigmoid()))
                .add(x.neg().sigmoid().mul(x.neg().logSigmoid().sub(y.neg().logSigmoid())));
    }

    /** (√σ(x) − √σ(y))², its roots taken as e^(½ ls), which has a slope everywhere. */
    private static Tensor rootGap(Tensor x, Tensor y) {
        return x.logSigmoid().mul(0.5).exp().sub(y.logSigmoid().mul(0.5).exp()).square();
    }
}
