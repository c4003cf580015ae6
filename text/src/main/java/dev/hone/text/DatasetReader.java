package dev.hone.text;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the rows of some files as a stream, finds the schema from the first of them and keeps the samples. */
final class DatasetReader {
    private static final int ROWS_FOR_SCHEMA = 100;
    private static final int EXAMPLES = 5;

    private final ReadOptions options;
    private final Deque<Row> waiting = new ArrayDeque<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<Origin> origins = new ArrayList<>();
    private final List<String> examples = new ArrayList<>();
    private long skipped;
    private @Nullable Schema schema;

    DatasetReader(ReadOptions options) { this.options = options; }

    Dataset read(List<String> inputs) {
        List<Path> files = DataFiles.find(inputs);
        for (Path file : files) {
            try (RowReader rows = DataFiles.open(file, options.kind())) {
                readAll(rows);
            }
        }
        Schema found = mapWaiting(files);
        if (samples.isEmpty()) {
            throw new DataException(examples.isEmpty()
                    ? "none of the rows of " + files + " holds what is asked for: " + options.kind().title()
                    : "none of the " + skipped + " rows can be used; the first: " + examples.getFirst());
        }
        return new Dataset(samples, origins, found, new Dataset.Skipped(skipped, examples));
    }

    private void readAll(RowReader rows) {
        while (true) {
            try {
                Optional<Row> row = rows.next();
                if (row.isEmpty()) {
                    return;
                }
                accept(row.get());
            } catch (BadRowException e) {
                skip(e);
            }
        }
    }

    private void accept(Row row) {
        if (schema != null) {
            map(row, schema);
            return;
        }
        waiting.add(row);
        if (waiting.size() == ROWS_FOR_SCHEMA) {
            mapWaiting(List.of());
        }
    }

    /** Takes the schema from the rows that waited for it, unless it is known, and makes samples of them. */
    private Schema mapWaiting(List<Path> files) {
        Schema known = schema;
        if (known == null) {
            if (waiting.isEmpty()) {
                throw new DataException(files + (skipped > 0
                        ? " held only bad rows; the first: " + examples.getFirst()
                        : " held no rows: expected at least one"));
            }
            known = options.kind() == DataKind.DEMONSTRATIONS
                    ? new SchemaDetector(List.copyOf(waiting)).detect(options.columns())
                    : new LabelledSchemaDetector(List.copyOf(waiting)).detect(options.kind(), options.columns());
            schema = known;
        }
        while (!waiting.isEmpty()) {
            try {
                map(waiting.remove(), known);
            } catch (BadRowException e) {
                skip(e);
            }
        }
        return known;
    }

    private void map(Row row, Schema known) {
        for (Sample sample : samples(row, known)) {
            samples.add(sample);
            origins.add(row.origin());
        }
    }

    private List<? extends Sample> samples(Row row, Schema known) {
        return options.kind() == DataKind.DEMONSTRATIONS
                ? new SampleMapper(known, options.dialogueFormat()).map(row)
                : new LabelledMapper(known, options.dialogueFormat()).map(row);
    }

    private void skip(BadRowException problem) {
        if (!options.skipBadRows()) {
            throw problem;
        }
        skipped++;
        if (examples.size() < EXAMPLES) {
            examples.add(String.valueOf(problem.getMessage()));
        }
    }
}
