package dev.hone.objective;

/**
 * Advantages of answers that earn rewards and cause costs (Safe-RLHF, arXiv 2310.12773, eq. 32): each of both is estimated with a critic of its own,
 * then λ weighs them against each other, in their own units; whitening, where it is wanted, comes last, so that it does not undo λ.
 *
 * @param rewards estimate of the rewards; its returns are what their critic should say
 * @param costs the same of the costs
 * @param advantages (A of the rewards − λ·A of the costs)/(1 + λ), for each token
 */
public record BoundedEstimate(Estimate rewards, Estimate costs, double[][] advantages) {

    /**
     * @param multiplier as it is after the costs of these answers
     * @param rewards with the values of the first critic
     * @param costs with the values of the second
     */
    public static BoundedEstimate of(Gae gae, LagrangeMultiplier multiplier, Experience rewards, Experience costs) {
        Estimate earned = gae.unwhitened().of(rewards);
        Estimate caused = gae.unwhitened().of(costs);
        double[][] combined = multiplier.combined(earned.advantages(), caused.advantages());
        double[][] made = gae.whitenAdvantages() ? Whitening.of(combined, true) : combined;
        return new BoundedEstimate(earned, caused, made);
    }
}
