package dev.hone.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Makes preference pairs of whatever compares answers: scored lists, ranked lists, safety pairs. Pairs stay as they are. */
public final class Pairs {
    private final PairOptions options;
    private final DatasetChange change = new DatasetChange();

    private Pairs(PairOptions options) { this.options = options; }

    /**
     * The pairs of a dataset: one of each scored list as the options say, every pair of a ranked list, the more helpful
     * answer of a safety pair over the other. Lists from which no pair can be drawn, since the scores in question are equal,
     * are left out and counted as skipped.
     *
     * @throws DataException if a sample compares nothing, or no pair is left
     */
    public static Dataset of(Dataset dataset, PairOptions options) { return new Pairs(options).all(dataset); }

    private Dataset all(Dataset dataset) {
        for (int i = 0; i < dataset.size(); i++) {
            Origin origin = dataset.origins().get(i);
            switch (dataset.samples().get(i)) {
                case Preference pair -> change.add(pair, origin);
                case SafetyPair pair -> change.add(new Preference(pair.prompt(),
                        pair.firstBetter() ? pair.first() : pair.second(),
                        pair.firstBetter() ? pair.second() : pair.first()), origin);
                case Ranked list -> ranked(list, origin);
                case Scored list ->
                    scored(list, origin, new SplittableRandom(options.seed() + i * 0xD1342543DE82EF95L));
                case Judged judged -> throw change.unfit(judged, origin, "preference pairs");
                case Graded graded -> throw change.unfit(graded, origin, "preference pairs");
                case Stepwise steps -> throw change.unfit(steps, origin, "preference pairs");
                case Document document -> throw change.unfit(document, origin, "preference pairs");
                case Conversation conversation -> throw change.unfit(conversation, origin, "preference pairs");
            }
        }
        return change.applied(dataset);
    }

    private void ranked(Ranked list, Origin origin) {
        int before = change.size();
        for (int better = 0; better < list.answers().size(); better++) {
            for (int worse = better + 1; worse < list.answers().size(); worse++) {
                if (list.places().get(better) < list.places().get(worse)) {
                    change.add(new Preference(list.prompt(), list.answers().get(better), list.answers().get(worse)),
                            origin);
                }
            }
        }
        if (change.size() == before) {
            change.skip(origin, "all " + list.answers().size() + " answers share one place, so that none is better");
        }
    }

    private void scored(Scored list, Origin origin, SplittableRandom random) {
        double[] scores = IntStream.range(0, list.scores().size()).mapToDouble(i -> penalised(list, i)).toArray();
        int[] two = two(scores, random);
        int chosen = scores[two[0]] > scores[two[1]] ? two[0] : two[1];
        int rejected = chosen == two[0] ? two[1] : two[0];
        if (scores[chosen] == scores[rejected]) {
            change.skip(origin, "the two answers drawn (" + options.choice().text() + ") have the same score "
                    + scores[chosen] + ", so that neither is better");
            return;
        }
        change.add(new Preference(list.prompt(), list.answers().get(chosen), list.answers().get(rejected),
                OptionalDouble.of((scores[chosen] - scores[rejected]) * options.marginScale()), Optional.empty()),
                origin);
    }

    private double penalised(Scored list, int index) {
        String text = list.answers().get(index).text();
        return list.scores().get(index) - options.lengthPenalty() * text.codePointCount(0, text.length());
    }

    private int[] two(double[] scores, SplittableRandom random) {
        List<Integer> best = new ArrayList<>(IntStream.range(0, scores.length).boxed().toList());
        best.sort(Comparator.comparingDouble((Integer i) -> scores[i]).reversed()); // equals in the order of the file
        return switch (options.choice()) {
            case MAX_MIN -> new int[]{best.getFirst(), best.getLast()};
            case MAX_MAX -> new int[]{best.get(0), best.get(1)};
            case MAX_RANDOM -> new int[]{best.getFirst(), best.get(1 + random.nextInt(scores.length - 1))};
            case RANDOM -> {
                int first = random.nextInt(scores.length);
                int second = random.nextInt(scores.length - 1);
                yield new int[]{first, second < first ? second : second + 1};
            }
        };
    }
}
