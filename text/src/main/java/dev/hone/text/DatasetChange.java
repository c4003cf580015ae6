package dev.hone.text;

import java.util.ArrayList;
import java.util.List;

/** Collects what the samples of one dataset become in another. */
final class DatasetChange {
    private static final int EXAMPLES = 5;

    private final List<Sample> samples = new ArrayList<>();
    private final List<Origin> origins = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();
    private long skipped;

    void add(Sample sample, Origin origin) {
        samples.add(sample);
        origins.add(origin);
    }

    int size() { return samples.size(); }

    void skip(Origin origin, String problem) {
        skipped++;
        if (examples.size() < EXAMPLES) {
            examples.add(origin + ": " + problem);
        }
    }

    DataException unfit(Sample sample, Origin origin, String wanted) {
        return new DataException(origin + ": found a sample of type " + sample.getClass().getSimpleName()
                + ", which does not give " + wanted + ": expected data that compares answers to one prompt");
    }

    Dataset applied(Dataset before) {
        List<String> all = new ArrayList<>(before.skipped().examples());
        all.addAll(examples);
        if (samples.isEmpty()) {
            throw new DataException("nothing is left of the " + before.size() + " samples; the first: "
                    + all.getFirst());
        }
        return new Dataset(samples, origins, before.schema(), new Dataset.Skipped(before.skipped().rows() + skipped,
                all.subList(0, Math.min(EXAMPLES, all.size()))));
    }
}
