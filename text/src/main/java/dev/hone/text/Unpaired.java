package dev.hone.text;

/** Takes preference pairs apart into judged answers, so that a method for these trains on pairs too. */
public final class Unpaired {
    /** Rows that are taken apart together, as many as the datasets library hands to TRL's unpair_preference_dataset. */
    private static final int BLOCK = 1000;

    private Unpaired() {}

    /**
     * Judged answers: of each 1,000 pairs first all chosen answers, then all rejected ones. Both answers to one prompt so
     * stand far apart, and the mismatched answers of KTO ({@link Mismatched}) answer other prompts. Judged answers stay.
     *
     * @throws DataException if a sample is neither
     */
    public static Dataset of(Dataset dataset) {
        DatasetChange change = new DatasetChange();
        for (int from = 0; from < dataset.size(); from += BLOCK) {
            int to = Math.min(dataset.size(), from + BLOCK);
            for (int i = from; i < to; i++) {
                Origin origin = dataset.origins().get(i);
                switch (dataset.samples().get(i)) {
                    case Judged judged -> change.add(judged, origin);
                    case Preference pair -> change.add(new Judged(pair.prompt(), pair.chosen(), true), origin);
                    case Sample other -> throw change.unfit(other, origin, "judged answers");
                }
            }
            for (int i = from; i < to; i++) {
                if (dataset.samples().get(i) instanceof Preference pair) {
                    change.add(new Judged(pair.prompt(), pair.rejected(), false), dataset.origins().get(i));
                }
            }
        }
        return change.applied(dataset);
    }
}
