package dev.hone.text;

import java.nio.file.Path;

/**
 * Where a row of a dataset stands, for messages.
 *
 * @param file the file
 * @param number counted from 1: the line on which the row starts, or the row itself where a file has no lines (Parquet)
 * @param unit {@code line} or {@code row}
 */
public record Origin(Path file, long number, String unit) {
    static Origin line(Path file, long number) { return new Origin(file, number, "line"); }

    static Origin row(Path file, long number) { return new Origin(file, number, "row"); }

    @Override
    public String toString() { return file + ", " + unit + " " + number; }
}
