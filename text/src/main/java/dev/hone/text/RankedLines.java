package dev.hone.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Rankings as lines of texts with tabs between them, best first, without a header and without quotes. */
final class RankedLines implements RowReader {
    private final Path file;
    private final BufferedReader in;
    private long number;

    RankedLines(Path file, InputStream in) {
        this.file = file;
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    @Override
    public Optional<Row> next() {
        try {
            String line = in.readLine();
            while (line != null) {
                number++;
                if (!line.isBlank()) {
                    return Optional.of(row(line));
                }
                line = in.readLine();
            }
            return Optional.empty();
        } catch (IOException e) {
            throw DataFiles.unreadable(file, e);
        }
    }

    private Row row(String line) {
        ObjectNode fields = JsonText.MAPPER.createObjectNode();
        ArrayNode answers = fields.putArray("answers");
        String text = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
        List.of(text.split("\t", -1)).forEach(answers::add);
        return new Row(fields, Origin.line(file, number));
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
