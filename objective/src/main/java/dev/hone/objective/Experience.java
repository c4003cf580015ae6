package dev.hone.objective;

/**
 * What the n completions of a whole step earned, on the host; advantages are made of it.
 *
 * @param groups [n] the prompt that each answers; equal numbers belong together, in whatever order they come
 * @param rewards per completion one number for each of its tokens (see {@link RewardShaping}), their sum is the completion's
 *     reward; a completion with NaN among them could not be judged, and is left out of every statistic
 * @param values per completion the critic's value of the state before each token; no row at all where there is no critic
 */
public record Experience(int[] groups, double[][] rewards, double[][] values) {
    public Experience {
        if (rewards.length != groups.length || values.length != 0 && values.length != groups.length) {
            throw new IllegalArgumentException(groups.length + " completions with rewards of " + rewards.length
                    + " and values of " + values.length + ": expected the same number");
        }
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != rewards[i].length) {
                throw new IllegalArgumentException("completion " + i + " has " + rewards[i].length + " rewards and "
                        + values[i].length + " values: expected one of each for every token");
            }
        }
    }

    /** One token and one reward for each completion. */
    public static Experience of(int[] groups, double... rewards) {
        double[][] rows = new double[rewards.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[]{rewards[i]};
        }
        return new Experience(groups, rows, new double[0][]);
    }

    int count() { return groups.length; }

    /** The reward of a completion; NaN where it could not be judged. */
    double total(int row) {
        double sum = 0;
        for (double reward : rewards[row]) {
            sum += reward;
        }
        return sum;
    }

    double[] totals() {
        double[] totals = new double[count()];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = total(i);
        }
        return totals;
    }

    boolean usable(int row) { return !Double.isNaN(total(row)); }
}
