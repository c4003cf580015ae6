package dev.hone.cli;

import dev.hone.config.Problem;
import dev.hone.config.StagedFile.Section;
import dev.hone.train.FileDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files that a stage reads: whether they are there, and whether they are still the same. */
final class PipelineInputs {
    private static final Pattern GLOB = Pattern.compile("[*?\\[{]");
    private static final List<String> DATA = List.of("data", "eval_data", "gate_data");
    private static final List<String> ALIASES = List.of("dataset_name", "dataset");
    private static final Set<String> DECIDED = Set.of("out", "resume", "overwrite");
    /** Larger files are known by size and time: reading them at every start would take longer than it is worth. */
    private static final long READ_WHOLE = 64L << 20;

    private PipelineInputs() {}

    /** Paths at which nothing is; the models that other stages make are not looked for. */
    static List<Problem> missing(Section section, Set<Path> made) {
        List<Problem> problems = new ArrayList<>();
        Stream.concat(DATA.stream(), ALIASES.stream()).forEach(key -> section.texts(key).stream()
                .filter(text -> !GLOB.matcher(text).find() && !Files.exists(Path.of(text)))
                .forEach(text -> problems.add(section.problem(key, "files that are there",
                        "There is no " + text + "."))));
        PipelineModels.keys().forEach(key -> section.texts(key).stream().map(Path::of)
                .filter(folder -> !made.contains(folder) && !Files.isDirectory(folder))
                .forEach(folder -> problems.add(section.problem(key,
                        "a model folder in Hugging Face format, previous, or stage NAME",
                        "There is no folder " + folder + "."))));
        return problems;
    }

    private static List<String> texts(@org.jspecify.annotations.Nullable Object value) {
        return switch (value) {
            case String text -> List.of(text);
            case List<?> list -> list.stream().map(String::valueOf).toList();
            case null, default -> List.of();
        };
    }

    /** The settings that make a stage what it is. */
    static Map<String, Object> settings(PipelineStage stage) {
        Map<String, Object> settings = new TreeMap<>(stage.config().toMap());
        settings.keySet().removeAll(DECIDED);
        return settings;
    }

    /**
     * Equal for two runs of a stage exactly when their settings and inputs are.
     *
     * @param before the digests of earlier stages
     */
    static String digest(PipelineStage stage, Map<String, String> before) {
        MessageDigest digest = sha256();
        Map<String, Object> settings = settings(stage);
        add(digest, stage.commandName() + settings);
        stage.uses().forEach(name -> add(digest, before.getOrDefault(name, "")));
        List<String> keys = new ArrayList<>(DATA);
        keys.addAll(PipelineModels.keys());
        keys.add("chat_template");
        keys.stream().sorted().flatMap(key -> texts(settings.get(key)).stream()).map(Path::of)
                .filter(path -> stage.uses().stream().noneMatch(name -> path.startsWith(stage.folder()
                        .resolveSibling(name))))
                .forEach(path -> add(digest, fingerprint(path)));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String text) {
        digest.update((text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Of a file, of the files in a folder, or of those beside a glob. */
    private static String fingerprint(Path path) {
        if (Files.isRegularFile(path)) {
            return file(path);
        }
        boolean glob = GLOB.matcher(path.toString()).find();
        Path folder = path;
        while (glob && GLOB.matcher(folder.toString()).find()) {
            folder = folder.getParent() == null ? Path.of("") : folder.getParent();
        }
        if (!Files.isDirectory(folder)) {
            return "";
        }
        try (Stream<Path> files = Files.walk(folder, glob ? Integer.MAX_VALUE : 4)) {
            return String.join("\n", files.filter(Files::isRegularFile).sorted().map(PipelineInputs::file).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be read (" + e + "): check its permissions", e);
        }
    }

    private static String file(Path file) {
        try {
            long size = Files.size(file);
            return file.getFileName() + " " + size + " "
                    + (size <= READ_WHOLE ? FileDigest.of(file).sha256() : Files.getLastModifiedTime(file).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read (" + e + "): check its permissions", e);
        }
    }
}
