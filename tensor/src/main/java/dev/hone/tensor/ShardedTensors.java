package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The weights of a model folder as Hugging Face lays them out, seen as one: {@code model.safetensors}, or the shards that
 * {@code model.safetensors.index.json} names. Where a folder has both, the single file is taken, as Hugging Face does.
 * Everything is mapped and stays valid until {@link #close}; see {@link SafetensorsFile} for what that asks of callers.
 */
public final class ShardedTensors implements AutoCloseable {
    /** The name of an unsharded model's file. */
    static final String SINGLE = "model.safetensors";
    /** The name of the list that says which shard holds which tensor. */
    static final String INDEX = "model.safetensors.index.json";

    private final Path folder;
    private final List<SafetensorsFile> files;
    private final Map<String, SafetensorsFile> holders;

    private ShardedTensors(Path folder, List<SafetensorsFile> files, Map<String, SafetensorsFile> holders) {
        this.folder = folder;
        this.files = files;
        this.holders = holders;
    }

    /**
     * Checks and maps the weights of a folder.
     *
     * @throws SafetensorsException when the folder or its weights are missing, when it has only pickle files, when the
     *     index and the shards disagree or the index names a file outside the folder, when two shards hold a tensor of
     *     one name, or when a file is not valid (see {@link SafetensorsFile#open})
     */
    public static ShardedTensors open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw SafetensorsException.of(Files.exists(folder) ? "a file" : "no such folder", "the folder of a model",
                    folder,
                    "Check the path: it is the folder that holds config.json and the weights.");
        }
        if (Files.exists(folder.resolve(SINGLE), LinkOption.NOFOLLOW_LINKS)) {
            return open(folder, List.of(folder.resolve(SINGLE)), Map.of());
        }
        Path index = folder.resolve(INDEX);
        if (Files.exists(index)) {
            Map<String, String> weightMap = ShardedIndex.read(index);
            List<Path> shards = new TreeSet<>(weightMap.values()).stream().map(folder::resolve).toList();
            return open(folder, shards, weightMap);
        }
        throw noWeights(folder);
    }

    /** Checks and maps one file of a folder by itself, whatever it is called. */
    public static ShardedTensors ofFile(Path folder, String name) {
        return open(folder, List.of(folder.resolve(name)), Map.of());
    }

    private static ShardedTensors open(Path folder, List<Path> paths, Map<String, String> weightMap) {
        List<SafetensorsFile> files = new ArrayList<>();
        ShardedTensors tensors = new ShardedTensors(folder, files, new LinkedHashMap<>());
        try {
            for (Path path : paths) {
                if (!weightMap.isEmpty()) {
                    requireShard(path, folder);
                }
                SafetensorsFile file = SafetensorsFile.open(path);
                files.add(file);
                file.names().forEach(name -> tensors.hold(name, file));
            }
            weightMap.forEach(tensors::requireWhereSaid);
            return tensors;
        } catch (RuntimeException | Error e) {
            tensors.close();
            throw e;
        }
    }

    private static void requireShard(Path path, Path folder) {
        if (!Files.exists(path)) {
            throw SafetensorsException.of("no shard " + quoted(path.getFileName().toString()),
                    "every shard of its " + INDEX,
                    folder, "Fetch or save the model again: it is not complete.");
        }
    }

    private void hold(String name, SafetensorsFile file) {
        SafetensorsFile other = holders.putIfAbsent(name, file);
        if (other != null) {
            throw SafetensorsException
                    .of("tensor " + quoted(name) + " in two shards, " + other.path().getFileName() + " and "
                            + file.path().getFileName(), "every tensor once", folder, "Fetch or save the model again.");
        }
    }

    private void requireWhereSaid(String name, String shard) {
        SafetensorsFile holder = holders.get(name);
        if (holder == null || !holder.path().equals(folder.resolve(shard))) {
            throw SafetensorsException.of("tensor " + quoted(name)
                    + (holder == null ? " in no shard" : " in " + holder.path().getFileName()),
                    "it in " + shard + ", where " + INDEX + " says it is", folder,
                    "Fetch or save the model again: index and shards are not of one save.");
        }
    }

    private static SafetensorsException noWeights(Path folder) {
        List<String> names;
        try (Stream<Path> children = Files.list(folder)) {
            names = children.map(child -> child.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            return new SafetensorsException(SafetensorsException.message("a folder that cannot be read (" + e + ")",
                    "the folder of a model", folder, "Check its permissions."), e);
        }
        String expected = SINGLE + " or " + INDEX;
        List<String> safe = names.stream().filter(name -> name.endsWith(".safetensors")).toList();
        if (!safe.isEmpty()) {
            boolean shards = safe.stream().anyMatch(name -> name.matches("model-\\d+-of-\\d+\\.safetensors"));
            return SafetensorsException.of("only " + some(safe), expected, folder, shards
                    ? "Its index is missing, so the save or the download was interrupted: save or fetch the model again."
                    : "If it holds the whole model, rename it to " + SINGLE
                            + "; an adapter needs its base model's folder.");
        }
        List<String> pickles = names.stream()
                .filter(name -> name.matches(".*\\.(bin|pt|pth|ckpt|pkl)(\\.index\\.json)?"))
                .toList();
        return pickles.isEmpty()
                ? SafetensorsException.of(
                        "no weights" + (names.isEmpty() ? " (the folder is empty)" : ", only " + some(names)),
                        expected, folder, "Check the path, or fetch the model again.")
                : SafetensorsException.of("only pickle weights (" + some(pickles) + ")", expected, folder,
                        SafetensorsAdvice.CONVERT);
    }

    private static String some(List<String> names) {
        String first = String.join(", ", names.stream().limit(3).map(SafetensorsException::quoted).toList());
        return names.size() > 3 ? first + " and " + (names.size() - 3) + " more" : first;
    }

    /** The folder. */
    public Path folder() { return folder; }

    /** The files, in the order of their names. */
    public List<Path> files() {
        return files.stream().map(SafetensorsFile::path).toList();
    }

    /** All tensor names, file by file in the order of their bytes. */
    public List<String> names() {
        return List.copyOf(holders.keySet());
    }

    /** Whether a file of the folder holds a tensor of this name. */
    public boolean contains(String name) {
        return holders.containsKey(name);
    }

    /** The file that holds a tensor; errors as of {@link #info}. */
    public Path file(String name) {
        return holder(name).path();
    }

    /**
     * Type, shape and place (within its file) of a tensor; still there after {@link #close}.
     *
     * @throws SafetensorsException when no file holds a tensor of that name
     */
    public TensorInfo info(String name) { return holder(name).info(name); }

    /**
     * The bytes of a tensor, as {@link SafetensorsFile#data} gives them.
     *
     * @throws SafetensorsException when no file holds a tensor of that name
     * @throws IllegalStateException after {@link #close}
     */
    public MemorySegment data(String name) { return holder(name).data(name); }

    /** Lets the system take back the memory of a tensor's bytes, as {@link SafetensorsFile#giveBack} does. */
    public void giveBack(String name) {
        holder(name).giveBack(name);
    }

    private SafetensorsFile holder(String name) {
        SafetensorsFile holder = holders.get(name);
        if (holder == null) {
            throw SafetensorsException.of("no tensor " + quoted(name),
                    SafetensorsAdvice.nearest(name, holders.keySet()),
                    folder, "Check that the configuration and the weights belong to the same model.");
        }
        return holder;
    }

    /** Unmaps all files; a second call does nothing. */
    @Override
    public void close() {
        RuntimeException first = null;
        for (SafetensorsFile file : files) {
            try {
                file.close();
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
