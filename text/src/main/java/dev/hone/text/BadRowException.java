package dev.hone.text;

/** A row that cannot be used although the rows after it may be: what {@code skip_bad_rows} leaves out and counts. */
final class BadRowException extends DataException {
    BadRowException(Origin origin, String problem) {
        super(origin + ": " + problem + "; correct the row, or leave such rows out with skip_bad_rows: true");
    }
}
