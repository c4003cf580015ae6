package dev.hone.train;

import dev.hone.model.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * How good a reward model is on pairs whose better answer is known, beside what costs nothing. Shares are from 0 to 1, margins
 * in the unit of the scores.
 *
 * @param pairs how many were compared
 * @param accuracy share in which the chosen answer has the higher score; a tie is wrong, as in TRL
 * @param interval of the accuracy, 95 % (Wilson, 1927)
 * @param margin mean of chosen minus rejected score
 * @param tieRate share with two equal scores
 * @param lengthCorrelation Pearson's, of the scores of all answers with their tokens; empty where either is constant
 * @param calibrationError expected calibration error (arXiv 1706.04599) of σ(|margin|) in 10 equal bins from ½ to 1; a tie
 *     counts as half right
 * @param longerWins accuracy of choosing the longer answer; equal lengths count as half
 * @param firstWins accuracy of choosing the answer that the data lists first; empty where the data names the better one
 */
public record RewardQuality(int pairs, double accuracy, Interval interval, double margin, double tieRate,
        OptionalDouble lengthCorrelation, double calibrationError, double longerWins, OptionalDouble firstWins) {
    private static final int BINS = 10;
    /** Normal quantile of 97.5 %. */
    private static final double Z = 1.959963984540054;

    /** Lower and upper end. */
    public record Interval(double low, double high) {
        /** Wilson's 95 % interval of a share. */
        static Interval wilson(double share, int count) {
            double shrink = 1 + Z * Z / count;
            double centre = (share + Z * Z / (2 * count)) / shrink;
            double half = Z / shrink * Math.sqrt(share * (1 - share) / count + Z * Z / (4.0 * count * count));
            return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
        }
    }

    /**
     * The scores of one pair.
     *
     * @param chosen score of the better answer
     * @param rejected score of the worse one
     * @param chosenLength tokens of the better answer
     * @param rejectedLength tokens of the worse one
     * @param chosenFirst whether the data lists the better one first; empty where the data names it instead
     */
    public record Pair(double chosen, double rejected, int chosenLength, int rejectedLength,
            Optional<Boolean> chosenFirst) {
        public Pair {
            if (!Double.isFinite(chosen) || !Double.isFinite(rejected)) {
                throw new NonFiniteException("scores " + chosen + " and " + rejected
                        + " of a pair, expected finite numbers: the reward model's weights are damaged, or it computes in a"
                        + " type too small for it; score with dtype: fp32, or take an earlier checkpoint");
            }
        }

        private double gap() { return chosen - rejected; }

        private double right() { return half(chosen, rejected); }
    }

    /** 1, ½ or 0 as the first is greater, equal or less. */
    private static double half(double one, double other) {
        return (1 + Math.signum(one - other)) / 2;
    }

    /** @throws IllegalArgumentException for no pairs */
    public static RewardQuality of(List<Pair> pairs) {
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("no pairs: expected at least one");
        }
        double accuracy = mean(pairs, pair -> pair.chosen() > pair.rejected() ? 1 : 0);
        boolean ordered = pairs.stream().allMatch(pair -> pair.chosenFirst().isPresent());
        return new RewardQuality(pairs.size(), accuracy, Interval.wilson(accuracy, pairs.size()),
                mean(pairs, Pair::gap),
                mean(pairs, pair -> pair.gap() == 0 ? 1 : 0), lengthCorrelation(pairs), calibrationError(pairs),
                mean(pairs, pair -> half(pair.chosenLength(), pair.rejectedLength())),
                ordered
                        ? OptionalDouble.of(mean(pairs, pair -> pair.chosenFirst().orElseThrow() ? 1 : 0))
                        : OptionalDouble.empty());
    }

    private static double mean(List<Pair> pairs, ToDoubleFunction<Pair> value) {
        return pairs.stream().mapToDouble(value).average().orElseThrow();
    }

    private static OptionalDouble lengthCorrelation(List<Pair> pairs) {
        double[] scores = new double[2 * pairs.size()];
        double[] lengths = new double[scores.length];
        for (int i = 0; i < pairs.size(); i++) {
            scores[2 * i] = pairs.get(i).chosen();
            scores[2 * i + 1] = pairs.get(i).rejected();
            lengths[2 * i] = pairs.get(i).chosenLength();
            lengths[2 * i + 1] = pairs.get(i).rejectedLength();
        }
        return correlation(scores, lengths);
    }

    /** Pearson's correlation; empty where either side is constant. */
    public static OptionalDouble correlation(double[] one, double[] other) {
        double oneMean = Arrays.stream(one).average().orElse(0);
        double otherMean = Arrays.stream(other).average().orElse(0);
        double together = 0;
        double oneSquares = 0;
        double otherSquares = 0;
        for (int i = 0; i < one.length; i++) {
            together += (one[i] - oneMean) * (other[i] - otherMean);
            oneSquares += (one[i] - oneMean) * (one[i] - oneMean);
            otherSquares += (other[i] - otherMean) * (other[i] - otherMean);
        }
        double scale = Math.sqrt(oneSquares) * Math.sqrt(otherSquares);
        return scale > 0 ? OptionalDouble.of(together / scale) : OptionalDouble.empty();
    }

    private static double calibrationError(List<Pair> pairs) {
        double[] confident = new double[BINS];
        double[] right = new double[BINS];
        for (Pair pair : pairs) {
            double confidence = 1 / (1 + Math.exp(-Math.abs(pair.gap())));
            int bin = Math.min(BINS - 1, (int) ((confidence - 0.5) * 2 * BINS));
            confident[bin] += confidence;
            right[bin] += pair.right();
        }
        double error = 0;
        for (int bin = 0; bin < BINS; bin++) {
            error += Math.abs(right[bin] - confident[bin]);
        }
        return error / pairs.size();
    }

    /** All of them by the names of metrics; those that do not exist are left out. */
    public Map<String, Double> numbers() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("accuracy", accuracy);
        numbers.put("accuracy_low", interval.low());
        numbers.put("accuracy_high", interval.high());
        numbers.put("margin", margin);
        numbers.put("tie_rate", tieRate);
        lengthCorrelation.ifPresent(value -> numbers.put("length_correlation", value));
        numbers.put("calibration_error", calibrationError);
        numbers.put("longer_wins", longerWins);
        firstWins.ifPresent(value -> numbers.put("first_wins", value));
        return numbers;
    }

    /** What a user should not overlook, in words; empty where all is well. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        double best = Math.max(Math.max(longerWins, 1 - longerWins), firstWins.isPresent()
                ? Math.max(firstWins.getAsDouble(), 1 - firstWins.getAsDouble())
                : 0.5);
        if (interval.low() <= 0.5) {
            warnings.add("the accuracy is not told apart from chance: " + share() + " of " + pairs
                    + " pairs; train longer or on more data, or compare more pairs");
        } else if (accuracy <= best) {
            warnings.add(
                    "the accuracy, " + share() + ", is not above that of a rule that reads nothing, " + percent(best)
                            + " (" + (best == longerWins
                                    ? "the longer answer"
                                    : best == 1 - longerWins
                                            ? "the shorter answer"
                                            : "the place in the data")
                            + "): balance the data, or train longer");
        }
        return warnings;
    }

    /**
     * The gate before a reward model is trusted: the accuracy itself must reach what is asked for.
     *
     * @param least accuracy, 0 to 1
     * @param model where the reward model lies, for the message
     * @param setting the name of the setting that says {@code least}, for the message
     * @throws ModelException below it
     */
    public void requireAccuracy(double least, Path model, String setting) {
        if (accuracy < least) {
            throw new ModelException(
                    "the reward model in " + model + " chooses the better answer in " + share() + " of "
                            + pairs + " pairs, expected at least " + percent(least) + " (" + setting
                            + "): a policy would learn its mistakes. Train it longer or on more data, or set " + setting
                            + " lower to go on with it as it is");
        }
    }

    private String share() {
        return percent(accuracy) + " (95 % interval " + percent(interval.low()) + " to " + percent(interval.high())
                + ")";
    }

    private static String percent(double share) { return String.format(Locale.ROOT, "%.1f %%", 100 * share); }

    /** All numbers in a few lines, with the baselines beside the accuracy. */
    public String render() {
        return String.format(Locale.ROOT, "accuracy %s on %,d pairs; longer wins %s, first wins %s%n"
                + "margin %.4f, ties %s, correlation of score and length %s, calibration error %.4f", share(), pairs,
                percent(longerWins), firstWins.isPresent() ? percent(firstWins.getAsDouble()) : "not known",
                margin, percent(tieRate), lengthCorrelation.isPresent()
                        ? String.format(Locale.ROOT, "%.3f", lengthCorrelation.getAsDouble())
                        : "none",
                calibrationError);
    }
}
