package dev.hone.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Makes ranked lists of whatever compares answers. */
public final class Rankings {
    private Rankings() {}

    /**
     * Ranked lists: scored lists by their scores, highest first, equal scores in one place; pairs as lists of two; safety
     * pairs by their help. Lists whose answers are all equally good are left out and counted as skipped.
     *
     * @throws DataException if a sample compares nothing, or no list is left
     */
    public static Dataset of(Dataset dataset) {
        DatasetChange change = new DatasetChange();
        for (int i = 0; i < dataset.size(); i++) {
            Origin origin = dataset.origins().get(i);
            switch (dataset.samples().get(i)) {
                case Ranked list -> add(list, origin, change);
                case Scored list -> add(byScore(list), origin, change);
                case Preference pair -> add(new Ranked(pair.prompt(), List.of(pair.chosen(), pair.rejected()),
                        List.of(0, 1)), origin, change);
                case SafetyPair pair -> add(new Ranked(pair.prompt(), pair.firstBetter()
                        ? List.of(pair.first(), pair.second())
                        : List.of(pair.second(), pair.first()), List.of(0, 1)), origin, change);
                case Sample other -> throw change.unfit(other, origin, "ranked answers");
            }
        }
        return change.applied(dataset);
    }

    private static void add(Ranked list, Origin origin, DatasetChange change) {
        if (list.places().getFirst().equals(list.places().getLast())) {
            change.skip(origin, "all " + list.answers().size() + " answers share one place, so that none is better");
        } else {
            change.add(list, origin);
        }
    }

    private static Ranked byScore(Scored list) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, list.answers().size()).boxed().toList());
        order.sort(Comparator.comparingDouble((Integer i) -> list.scores().get(i)).reversed());
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < order.size(); i++) {
            boolean tie = i > 0 && list.scores().get(order.get(i)).equals(list.scores().get(order.get(i - 1)));
            places.add(i == 0 ? 0 : tie ? places.getLast() : places.getLast() + 1);
        }
        return new Ranked(list.prompt(), order.stream().map(list.answers()::get).toList(), places);
    }
}
