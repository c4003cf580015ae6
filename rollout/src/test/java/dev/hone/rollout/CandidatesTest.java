package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tokens the filters keep: by hand for a small table, against plain sorting for random ones. */
class CandidatesTest {
    /** Exact in binary, so that sums meet their bounds exactly. */
    private static final float[] TABLE = {0.0625f, 0.25f, 0.125f, 0.5f, 0.0625f, 0};

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "0  | 0 1 2 3 4 5", "1 | 3", "2 | 1 3", "3 | 1 2 3", "4 | 0 1 2 3 4", "5 | 0 1 2 3 4", "6 | 0 1 2 3 4 5",
            "99 | 0 1 2 3 4 5"})
    void topKKeepsTheTiesOfTheLast(int k, String kept) {
        assertThat(kept(TABLE, candidates -> candidates.topK(k))).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "1 | 0 1 2 3 4 5", "0.99 | 0 1 2 3 4", "0.9375 | 0 1 2 3", "0.93 | 0 1 2 3", "0.875 | 1 2 3", "0.8 | 1 2 3",
            "0.75 | 1 3", "0.51 | 1 3", "0.5 | 3", "0.1 | 3", "1e-9 | 3"})
    void topPKeepsTheSmallestSetThatReachesTheShare(double share, String kept) {
        assertThat(kept(TABLE, candidates -> candidates.topP(share))).isEqualTo(kept);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "0 | 0 1 2 3 4 5", "0.125 | 0 1 2 3 4", "0.126 | 1 2 3", "0.25 | 1 2 3", "0.5 | 1 3", "0.6 | 3", "1 | 3"})
    void minPKeepsWhatIsNotMuchLessProbableThanTheBest(double fraction, String kept) {
        assertThat(kept(TABLE, candidates -> candidates.minP(fraction))).isEqualTo(kept);
    }

    @Test
    void eachFilterSeesWhatTheOneBeforeItLeft() {
        // after top-k 3 the mass is 0.875, of which 0.85 is 0.74375: two tokens reach it
        assertThat(kept(TABLE, candidates -> {
            candidates.topK(3);
            candidates.topP(0.85);
        })).isEqualTo("1 3");
        assertThat(kept(TABLE, candidates -> candidates.topP(0.85))).isEqualTo("1 2 3");
    }

    @Test
    void randomDistributionsKeepWhatSortingKeeps() {
        Random random = new Random(5);
        for (int trial = 0; trial < 60; trial++) {
            float[] row = distribution(random, 50 + random.nextInt(800), 0.2 + 3 * random.nextDouble());
            int k = 1 + random.nextInt(row.length);
            double p = random.nextDouble();
            assertThat(kept(row, candidates -> candidates.topK(k))).isEqualTo(sorted(row, k, 2));
            assertThat(kept(row, candidates -> candidates.topP(p))).isEqualTo(sorted(row, row.length, p));
            assertThat(kept(row, candidates -> {
                candidates.topK(k);
                candidates.topP(p);
            })).isEqualTo(sorted(row, k, p));
        }
    }

    private static float[] distribution(Random random, int size, double spread) {
        double[] weights = IntStream.range(0, size).mapToDouble(i -> Math.exp(spread * random.nextGaussian()))
                .toArray();
        double total = Arrays.stream(weights).sum();
        float[] row = new float[size];
        for (int i = 0; i < size; i++) {
            row[i] = (float) (weights[i] / total);
        }
        return row;
    }

    /** The first k of the descending order, of them the shortest prefix with the share of their mass. */
    private static String sorted(float[] row, int k, double share) {
        List<Integer> order = IntStream.range(0, row.length).boxed()
                .sorted(Comparator.comparingDouble(i -> -row[i])).limit(k).toList();
        double mass = order.stream().mapToDouble(i -> row[i]).sum();
        TreeSet<Integer> kept = new TreeSet<>();
        double reached = 0;
        for (int i : order) {
            if (reached < share * mass) {
                kept.add(i);
                reached += row[i];
            }
        }
        return words(kept.stream().mapToInt(Integer::intValue));
    }

    private static String kept(float[] row, Consumer<Candidates> filter) {
        Candidates candidates = new Candidates(row, 0, row.length);
        filter.accept(candidates);
        for (int i = 0; i < candidates.count(); i++) {
            assertThat(candidates.probabilities()[i]).isEqualTo(row[candidates.id(i)]);
        }
        return words(IntStream.range(0, candidates.count()).map(candidates::id));
    }

    private static String words(IntStream ids) { return String.join(" ", ids.mapToObj(String::valueOf).toList()); }
}
