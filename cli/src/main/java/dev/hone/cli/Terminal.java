package dev.hone.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a command reads and writes: results go to {@code out}, everything else to {@code err}, both in UTF-8.
 *
 * @param in lines of the user, or of a file
 * @param interactive whether a person sits there
 * @param colours whether colours may be used on {@code out}
 * @param width columns
 */
public record Terminal(BufferedReader in, PrintStream out, PrintStream err, boolean interactive, boolean colours,
        int width) {
    private static final int WIDTH = 100;
    private static final int BUFFER = 1 << 13;

    /** The process's own streams. */
    static Terminal standard() {
        Console console = System.console();
        boolean interactive = console != null && console.isTerminal();
        boolean plain = System.getenv("NO_COLOR") != null || "dumb".equals(System.getenv("TERM"));
        return new Terminal(reader(new FileInputStream(FileDescriptor.in)), stream(FileDescriptor.out),
                stream(FileDescriptor.err), interactive, interactive && !plain, columns());
    }

    /** Streams of choice, on which nobody sits. */
    static Terminal of(InputStream in, PrintStream out, PrintStream err) {
        return new Terminal(reader(in), out, err, false, false, WIDTH);
    }

    private static BufferedReader reader(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER), true,
                StandardCharsets.UTF_8);
    }

    private static int columns() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{0,3}") ? Integer.parseInt(columns) : WIDTH;
    }

    /** The next line, empty at the end of the input. */
    Optional<String> readLine() {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException("standard input cannot be read: " + e.getMessage(), e);
        }
    }

    /** Something that is not a result. */
    void note(String line) { err.println(line); }

    /** A piece of a model's text, at once. On a terminal it cannot move the cursor or hide anything. */
    void show(String piece) {
        out.print(interactive ? piece.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "") : piece);
        out.flush();
        requireOpen();
    }

    /** A line of results; ends the command where nobody reads any more. */
    void result(String line) {
        out.println(line);
        requireOpen();
    }

    private void requireOpen() {
        if (out.checkError()) {
            throw new OutputClosedException();
        }
    }
}
