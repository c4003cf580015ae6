package dev.hone.rollout;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The tokens that may still be chosen, in the order of their ids, narrowed filter by filter. A filter finds its boundary
 * without sorting the vocabulary: it counts tokens and sums probabilities in buckets of similar size and sorts only the bucket
 * that the boundary falls into.
 */
final class Candidates {
    /** Sign, exponent and four bits of the fraction; 1.0 falls into bucket 2032. */
    private static final int BUCKET_SHIFT = 19;
    private static final int BUCKETS = 2048;

    private final int[] ids;
    private final float[] probabilities;
    private int count;

    /** All tokens of a row of probabilities, or of weights that are proportional to them and at most 1. */
    Candidates(float[] row, int from, int vocabulary) {
        this(range(vocabulary), Arrays.copyOfRange(row, from, from + vocabulary));
    }

    /**
     * Some tokens.
     *
     * @param ids ascending; the arrays are taken over
     * @param probabilities of each
     */
    Candidates(int[] ids, float[] probabilities) {
        this.ids = ids;
        this.probabilities = probabilities;
        this.count = ids.length;
    }

    private static int[] range(int end) {
        int[] all = new int[end];
        Arrays.setAll(all, i -> i);
        return all;
    }

    int count() { return count; }

    int id(int i) { return ids[i]; }

    /** By candidate; entries beyond {@link #count} mean nothing. */
    float[] probabilities() { return probabilities; }

    /** Keeps the k most probable and what ties with the last of them. */
    void topK(int k) {
        if (k > 0 && k < count) {
            keep(largest(k, Double.POSITIVE_INFINITY).least(), Integer.MAX_VALUE);
        }
    }

    /** Keeps the smallest set of most probable ones with this share of the probability; of equals the first ids. */
    void topP(double share) {
        if (share < 1) {
            Boundary boundary = largest(Integer.MAX_VALUE, share * mass());
            keep(boundary.least(), boundary.ties());
        }
    }

    /** Keeps those with at least this fraction of the largest probability. */
    void minP(double fraction) {
        if (fraction > 0) {
            float best = 0;
            for (int i = 0; i < count; i++) {
                best = Math.max(best, probabilities[i]);
            }
            keep(Math.min(best, (float) (fraction * best)), Integer.MAX_VALUE);
        }
    }

    /** The ids that have a probability. */
    TokenSet possible() {
        return TokenSet.of(IntStream.range(0, count).filter(i -> probabilities[i] > 0).map(i -> ids[i]).toArray());
    }

    private double mass() {
        double mass = 0;
        for (int i = 0; i < count; i++) {
            mass += probabilities[i];
        }
        return mass;
    }

    /** Keeps what is above a probability, and so many of those that equal it. */
    private void keep(float least, int ties) {
        int kept = 0;
        int tied = 0;
        for (int i = 0; i < count; i++) {
            float p = probabilities[i];
            if (p > least || (p == least && tied++ < ties)) {
                ids[kept] = ids[i];
                probabilities[kept++] = p;
            }
        }
        count = kept;
    }

    /**
     * Where a prefix of the descending order ends.
     *
     * @param least the smallest probability inside
     * @param ties how many of exactly that probability are inside
     */
    private record Boundary(float least, int ties) {}

    /** The shortest prefix of the descending order that has {@code most} members or reaches the mass, whichever is first. */
    private Boundary largest(int most, double mass) {
        int[] members = new int[BUCKETS];
        double[] masses = new double[BUCKETS];
        for (int i = 0; i < count; i++) {
            int bucket = bucket(probabilities[i]);
            members[bucket]++;
            masses[bucket] += probabilities[i];
        }
        int bucket = BUCKETS - 1;
        int above = 0;
        double massAbove = 0;
        while (bucket > 0 && above + members[bucket] < most && massAbove + masses[bucket] < mass) {
            above += members[bucket];
            massAbove += masses[bucket--];
        }
        return within(sorted(bucket, members[bucket]), most - above, mass - massAbove);
    }

    private static Boundary within(float[] ascending, int most, double mass) {
        int inside = 0;
        double reached = 0;
        int i = ascending.length;
        while (i > 0 && inside < most && reached < mass) {
            reached += ascending[--i];
            inside++;
        }
        if (i == ascending.length) {
            return new Boundary(0, Integer.MAX_VALUE);
        }
        int last = i;
        while (last < ascending.length && ascending[last] == ascending[i]) {
            last++;
        }
        return new Boundary(ascending[i], last - i);
    }

    private float[] sorted(int bucket, int members) {
        float[] values = new float[members];
        for (int i = 0, n = 0; n < members; i++) {
            if (bucket(probabilities[i]) == bucket) {
                values[n++] = probabilities[i];
            }
        }
        Arrays.sort(values);
        return values;
    }

    private static int bucket(float probability) { return Float.floatToRawIntBits(probability) >>> BUCKET_SHIFT; }
}
