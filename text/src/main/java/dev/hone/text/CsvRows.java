package dev.hone.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Comma- or tab-separated values with a header line (RFC 4180): quoted cells may hold separators, doubled quotes and line
 * breaks. Every cell is text; an empty cell is the empty text.
 */
final class CsvRows implements RowReader {
    private static final int MAX_CELL = 1 << 26;
    private static final int END = -1;

    private final Path file;
    private final Reader in;
    private final char[] buffer = new char[1 << 16];
    private int position;
    private int limit;
    private final char separator;
    private List<String> header = List.of();
    private long line = 1;

    CsvRows(Path file, InputStream in, char separator) {
        this.file = file;
        this.separator = separator;
        // A decoder made so reports malformed input; the constructor that takes a charset would replace it silently.
        this.in = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
    }

    private void readHeader() {
        if (peek() == '\uFEFF') {
            position++;
        }
        header = record();
        if (header.isEmpty()) {
            throw new DataException(file + " is empty: expected a header line with the names of the columns");
        }
        if (new HashSet<>(header).size() < header.size()) {
            throw new DataException(file + ", line 1: the header names a column twice: " + header
                    + "; every column needs its own name");
        }
    }

    @Override
    public Optional<Row> next() {
        if (header.isEmpty()) {
            readHeader();
        }
        while (true) {
            Origin origin = Origin.line(file, line);
            List<String> cells = record();
            if (cells.isEmpty()) {
                return Optional.empty();
            }
            if (cells.size() == 1 && cells.getFirst().isEmpty()) {
                continue; // a blank line
            }
            return Optional.of(row(cells, origin));
        }
    }

    private Row row(List<String> cells, Origin origin) {
        if (cells.size() != header.size()) {
            throw new BadRowException(origin, "found " + cells.size() + " cells, expected " + header.size() + " ("
                    + String.join(", ", header)
                    + "); a cell with the separator, a quote or a line break must be quoted");
        }
        ObjectNode fields = JsonText.MAPPER.createObjectNode();
        for (int i = 0; i < cells.size(); i++) {
            fields.put(header.get(i), cells.get(i));
        }
        return new Row(fields, origin);
    }

    /** The cells of the next record; none at the end of the file. */
    private List<String> record() {
        List<String> cells = new ArrayList<>();
        if (peek() == END) {
            return cells;
        }
        int ended;
        do {
            ended = cell(cells);
        } while (ended == separator);
        return cells;
    }

    /** Reads one cell and returns what ended it: the separator, a line feed or the end. */
    private int cell(List<String> cells) {
        StringBuilder cell = new StringBuilder();
        int next = read();
        if (next == '"') {
            next = quoted(cell);
        }
        while (next != separator && next != '\n' && next != END) {
            append(cell, next);
            next = read();
        }
        cells.add(cell.toString());
        return next;
    }

    /** Reads after an opening quote up to and past the closing one; returns what follows it. */
    private int quoted(StringBuilder cell) {
        long opened = line;
        while (true) {
            int next = read();
            if (next == END) {
                throw new DataException(Origin.line(file, opened)
                        + ": a quoted cell starts here and is never closed; close the quote, and double every quote inside a cell");
            }
            if (next == '"') {
                int after = read();
                if (after != '"') {
                    return after;
                }
            }
            append(cell, next);
        }
    }

    private void append(StringBuilder cell, int next) {
        if (cell.length() == MAX_CELL) {
            throw new DataException(Origin.line(file, line) + ": a cell is longer than " + (MAX_CELL >> 20)
                    + " Mi characters; is a quote not closed?");
        }
        cell.append((char) next);
    }

    /** The next character; CRLF and a lone CR count as one line feed. */
    private int read() {
        int next = peek();
        if (next == END) {
            return END;
        }
        position++;
        if (next == '\r') {
            next = '\n';
            if (peek() == '\n') {
                position++;
            }
        }
        line += next == '\n' ? 1 : 0;
        return next;
    }

    private int peek() { return position < limit || refill() ? buffer[position] : END; }

    private boolean refill() {
        try {
            position = 0;
            limit = Math.max(0, in.read(buffer));
            return limit > 0;
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is not UTF-8 text after line " + line + "; save it as UTF-8", e);
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        }
    }
}
