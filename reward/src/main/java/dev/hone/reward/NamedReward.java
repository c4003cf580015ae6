package dev.hone.reward;

/**
 * One of several rewards.
 *
 * @param name under which it is logged
 * @param function what scores
 * @param weight its factor in the sum; 0 = only logged
 */
public record NamedReward(String name, RewardFunction function, double weight) {
    public NamedReward {
        if (name.isBlank() || !Double.isFinite(weight)) {
            throw new IllegalArgumentException("reward '" + name + "' of weight " + weight
                    + ": expected a name and a finite weight");
        }
    }

    /** Of weight 1. */
    public static NamedReward of(String name, RewardFunction function) {
        return new NamedReward(name, function, 1);
    }
}
