package dev.hone.text;

import java.util.List;

/**
 * A dataset read whole.
 *
 * @param samples the samples, in the order of the files
 * @param origins where each sample stands in them
 * @param schema what the columns were taken for
 * @param skipped the rows that were left out because they could not be used
 */
public record Dataset(List<Sample> samples, List<Origin> origins, Schema schema, Skipped skipped) {
    public Dataset {
        samples = List.copyOf(samples);
        origins = List.copyOf(origins);
        if (samples.size() != origins.size()) {
            throw new IllegalArgumentException(samples.size() + " samples with " + origins.size() + " origins");
        }
    }

    /**
     * Rows left out.
     *
     * @param rows how many
     * @param examples the messages of the first of them
     */
    public record Skipped(long rows, List<String> examples) {
        public Skipped {
            examples = List.copyOf(examples);
        }

        public static Skipped none() { return new Skipped(0, List.of()); }
    }

    /**
     * Reads files, folders and globs: JSON Lines, JSON, CSV, TSV (also .gz and .zst) and Parquet.
     *
     * @param inputs what to read, in this order
     * @throws DataException if an input does not exist, a file is damaged, the columns are no known shape, a row cannot be
     *     used (with its file, line and field), or nothing is left to train on
     */
    public static Dataset read(List<String> inputs, ReadOptions options) {
        return new DatasetReader(options).read(inputs);
    }

    public int size() { return samples.size(); }
}
