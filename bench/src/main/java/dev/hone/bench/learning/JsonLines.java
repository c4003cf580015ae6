package dev.hone.bench.learning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Files of JSON lines. */
final class JsonLines {
    static final JsonMapper JSON = new JsonMapper();

    private JsonLines() {}

    static void write(Path file, List<? extends Map<String, ?>> rows) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, rows.stream().map(JSON::writeValueAsString).toList());
    }

    static void texts(Path file, String column, List<String> texts) throws IOException {
        write(file, texts.stream().map(text -> Map.of(column, text)).toList());
    }
}
