package dev.hone.text;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The files that hold a dataset: found by name, folder or glob, and opened by the ending of their name. */
final class DataFiles {
    private static final int BUFFER = 1 << 16;
    private static final Pattern GLOB = Pattern.compile("[*?\\[{]");
    private static final Set<String> PLAIN = Set.of("jsonl", "ndjson", "json", "csv", "tsv");
    static final String KNOWN = ".jsonl, .ndjson, .json, .csv, .tsv (each also as .gz or .zst) and .parquet";

    private DataFiles() {}

    /**
     * The data files that some inputs name: files, folders (all data files below them, hidden ones left out) and globs
     * such as {@code data/train-*.parquet}. Sorted by name within each input, each file once.
     *
     * @throws DataException if an input names nothing, or a file of an unknown kind
     */
    static List<Path> find(List<String> inputs) {
        if (inputs.isEmpty()) {
            throw new DataException("no data given: expected a file, a folder or a glob");
        }
        Set<Path> files = new LinkedHashSet<>();
        inputs.forEach(input -> files.addAll(find(input)));
        return new ArrayList<>(files);
    }

    private static List<Path> find(String input) {
        Path path = path(input);
        if (Files.isRegularFile(path)) {
            kind(path);
            return List.of(path);
        }
        if (Files.isDirectory(path)) {
            List<Path> files = below(path, file -> isKnown(file) && !isHidden(path.relativize(file)));
            return nonEmpty(files, "folder " + input + " holds no data file: expected files ending in " + KNOWN);
        }
        if (GLOB.matcher(input).find()) {
            PathMatcher matcher = path.getFileSystem().getPathMatcher("glob:" + path.toString().replace("\\", "\\\\"));
            List<Path> files = nonEmpty(below(withoutGlob(path), matcher::matches),
                    "no file matches " + input + ": check the pattern and the working folder "
                            + Path.of("").toAbsolutePath());
            files.forEach(DataFiles::kind);
            return files;
        }
        throw new DataException("data " + input + " does not exist: expected a file, a folder or a glob (looked in "
                + Path.of("").toAbsolutePath() + ")");
    }

    private static Path path(String input) {
        try {
            return FileSystems.getDefault().getPath(input);
        } catch (InvalidPathException e) {
            throw new DataException("data " + input + " is not a path: " + e.getReason(), e);
        }
    }

    private static Path withoutGlob(Path pattern) {
        Path folder = pattern.isAbsolute() ? pattern.getRoot() : Path.of("");
        for (Path part : pattern) {
            if (GLOB.matcher(part.toString()).find()) {
                return folder;
            }
            folder = folder.resolve(part);
        }
        return folder;
    }

    private static List<Path> below(Path folder, Predicate<Path> wanted) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return all.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new DataException("folder " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Path> nonEmpty(List<Path> files, String problem) {
        if (files.isEmpty()) {
            throw new DataException(problem);
        }
        return files;
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isKnown(Path file) {
        String[] parts = endings(file);
        return parts[0].equals("parquet") && parts[1].isEmpty() || PLAIN.contains(parts[0]);
    }

    /** The kind of file ("jsonl") and its compression ("gz", "zst" or ""). */
    private static String[] endings(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String compression = name.endsWith(".gz") ? "gz" : name.endsWith(".zst") ? "zst" : "";
        String plain = compression.isEmpty() ? name : name.substring(0, name.length() - compression.length() - 1);
        return new String[]{plain.substring(plain.lastIndexOf('.') + 1), compression};
    }

    private static String kind(Path file) {
        if (!isKnown(file)) {
            throw new DataException(
                    file + " is not a kind of data file that is read: expected a name ending in " + KNOWN
                            + "; rename or convert it");
        }
        return endings(file)[0];
    }

    /**
     * Opens a file for reading its rows.
     *
     * @param wanted rankings stand in .tsv files without a header, a list a line
     */
    static RowReader open(Path file, DataKind wanted) {
        if (wanted == DataKind.RANKED && kind(file).equals("tsv")) {
            return new RankedLines(file, stream(file));
        }
        return switch (kind(file)) {
            case "parquet" -> new ParquetRows(file);
            case "csv" -> new CsvRows(file, stream(file), ',');
            case "tsv" -> new CsvRows(file, stream(file), '\t');
            case "json" -> new JsonRows(file, stream(file));
            default -> new JsonLinesRows(file, stream(file));
        };
    }

    private static InputStream stream(Path file) {
        try {
            InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
            try {
                return decompressed(raw, endings(file)[1]);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static InputStream decompressed(InputStream raw, String compression) throws IOException {
        return switch (compression) {
            case "gz" -> new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER);
            case "zst" -> new BufferedInputStream(new ZstdInputStream(raw), BUFFER);
            default -> raw;
        };
    }

    static DataException unreadable(Path file, IOException e) {
        return new DataException(file + " cannot be read (" + e.getMessage()
                + "): the file is damaged, incomplete or not readable for this user; copy it again", e);
    }
}
