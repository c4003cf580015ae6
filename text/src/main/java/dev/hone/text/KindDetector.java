package dev.hone.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What rows could be, judged by their columns: for commands that are not told. */
public final class KindDetector {
    private static final int ROWS = 100;

    private KindDetector() {}

    /**
     * The kinds that the first rows of some files can be read as, in the order of {@link DataKind}: demonstrations first, and
     * of labelled data each shape under the kind that it belongs to before others. Empty where nothing fits.
     *
     * @param options columns that are named narrow the choice; the kind in them is not looked at
     * @throws DataException if an input does not exist or a file is damaged
     */
    public static List<DataKind> detect(List<String> inputs, ReadOptions options) {
        List<Row> rows = firstRows(DataFiles.find(inputs));
        if (rows.isEmpty()) {
            return List.of();
        }
        Set<DataKind> kinds = new TreeSet<>();
        for (DataKind kind : DataKind.values()) {
            shape(kind, rows, options.columns()).map(DataKind::of).ifPresent(kinds::add);
        }
        return List.copyOf(kinds);
    }

    private static Optional<Shape> shape(DataKind kind, List<Row> rows, Columns columns) {
        try {
            return Optional.of((kind == DataKind.DEMONSTRATIONS
                    ? new SchemaDetector(rows).detect(columns)
                    : new LabelledSchemaDetector(rows).detect(kind, columns)).shape());
        } catch (DataException e) {
            return Optional.empty(); // its columns are not of this kind: the answer that was asked for
        }
    }

    private static List<Row> firstRows(List<Path> files) {
        List<Row> rows = new ArrayList<>();
        for (Path file : files) {
            try (RowReader reader = DataFiles.open(file, DataKind.DEMONSTRATIONS)) {
                while (rows.size() < ROWS && add(reader, rows)) {
                }
            }
        }
        return rows;
    }

    /** False at the end of the file. */
    private static boolean add(RowReader reader, List<Row> rows) {
        try {
            Optional<Row> row = reader.next();
            row.ifPresent(rows::add);
            return row.isPresent();
        } catch (BadRowException e) {
            return true; // told when the rows are read in earnest
        }
    }
}
