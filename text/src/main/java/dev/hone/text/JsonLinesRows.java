package dev.hone.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/** JSON Lines: one object a line. Blank lines, CRLF and a byte-order mark are allowed. */
final class JsonLinesRows implements RowReader {
    private static final int MAX_LINE = 1 << 28;

    private final Path file;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private byte[] line = new byte[1 << 12];
    private int length;
    private long number;

    JsonLinesRows(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    @Override
    public Optional<Row> next() {
        while (readLine()) {
            int start = number == 1 && startsWithByteOrderMark() ? 3 : 0;
            if (!isBlank(start)) {
                return Optional.of(parse(start));
            }
        }
        return Optional.empty();
    }

    private Row parse(int start) {
        Origin origin = Origin.line(file, number);
        try {
            return Row.of(JsonText.MAPPER.readTree(line, start, length - start), origin);
        } catch (JacksonException e) {
            throw new BadRowException(origin, JsonText.problem(e) + ", expected one whole JSON object on the line");
        }
    }

    /** Reads up to and without the next line feed; false at the end of the file. */
    private boolean readLine() {
        length = 0;
        boolean begun = false;
        while (position < limit || refill()) {
            number += begun ? 0 : 1;
            begun = true;
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            append(end);
            if (end < limit) {
                position = end + 1;
                return true;
            }
            position = end;
        }
        return begun;
    }

    private boolean refill() {
        try {
            position = 0;
            limit = Math.max(0, in.read(buffer));
            return limit > 0;
        } catch (IOException e) {
            throw new DataException(file + " cannot be read after line " + number + " (" + e.getMessage()
                    + "): the file is damaged or incomplete; copy it again", e);
        }
    }

    private void append(int end) {
        int more = end - position;
        if (length + more > MAX_LINE) {
            throw new DataException(Origin.line(file, number) + ": the line is longer than " + (MAX_LINE >> 20)
                    + " MiB; a .jsonl file holds one object a line, name the file .json if it holds one JSON list");
        }
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.max(length + more, line.length * 2));
        }
        System.arraycopy(buffer, position, line, length, more);
        length += more;
    }

    private boolean startsWithByteOrderMark() {
        return length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }

    private boolean isBlank(int start) {
        for (int i = start; i < length; i++) {
            if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
                return false;
            }
        }
        return true;
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
