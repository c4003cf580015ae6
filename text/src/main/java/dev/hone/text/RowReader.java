package dev.hone.text;

import java.util.Optional;

/** Reads the rows of one file one after the other, holding one at a time. */
interface RowReader extends AutoCloseable {
    /**
     * The next row; empty at the end.
     *
     * @throws BadRowException for a row that cannot be read; the next call goes on after it
     * @throws DataException if the file cannot be read any further
     */
    Optional<Row> next();

    @Override
    void close();
}
