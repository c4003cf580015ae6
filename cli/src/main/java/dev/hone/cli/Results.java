package dev.hone.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Rows of results as JSON Lines, in a file or on standard output. */
final class Results implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Terminal terminal;
    private final @Nullable Path file;
    private final @Nullable BufferedWriter writer;

    private Results(Terminal terminal, @Nullable Path file, @Nullable BufferedWriter writer) {
        this.terminal = terminal;
        this.file = file;
        this.writer = writer;
    }

    /** Opens the file before any work is done for it. */
    static Results open(Optional<Path> file, Terminal terminal) {
        if (file.isEmpty()) {
            return new Results(terminal, null, null);
        }
        try {
            Path parent = file.get().toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            return new Results(terminal, file.get(), Files.newBufferedWriter(file.get()));
        } catch (IOException e) {
            throw unwritable(file.get(), e);
        }
    }

    /** In a file, or nowhere. */
    static Results to(Optional<Path> file) {
        return open(file, Terminal.of(InputStream.nullInputStream(),
                new PrintStream(OutputStream.nullOutputStream()), new PrintStream(OutputStream.nullOutputStream())));
    }

    void write(Map<String, ?> row) {
        String line = JSON.writeValueAsString(row);
        if (writer == null) {
            terminal.result(line);
            return;
        }
        try {
            writer.write(line);
            writer.write(10); // a line feed on every system: JSON Lines
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static UncheckedIOException unwritable(@Nullable Path file, IOException e) {
        return new UncheckedIOException(file + " cannot be written (" + e + "), expected a file in a folder with room"
                + " that this user may write to: choose another out", e);
    }

    @Override
    public void close() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException e) {
                throw unwritable(file, e);
            }
        }
    }
}
