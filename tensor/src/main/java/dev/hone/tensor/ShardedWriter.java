package dev.hone.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the weights of a model into a folder as Hugging Face does: {@code model.safetensors} when they fit into one
 * file, else {@code model-00001-of-00003.safetensors} and so on with {@code model.safetensors.index.json}.
 *
 * <p>All files are first written aside and synced; only then are they renamed, the index last. So a full disk leaves an
 * older model as it was. Because renaming several files cannot be one step, an older index of the same shards is taken
 * away before: a crash in between leaves shards without index, which readers refuse, and never a mix of two models.
 */
public final class ShardedWriter {
    /** The size above which Hugging Face splits, in bytes of tensors. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private ShardedWriter() {}

    /**
     * A model that was saved.
     *
     * @param files the weight files, in order
     * @param index the index; empty for a single file
     */
    public record Saved(List<SafetensorsWriter.Written> files, Optional<Path> index) {
        public Saved {
            files = List.copyOf(files);
        }
    }

    /** Writes a model in shards of {@link #DEFAULT_SHARD_BYTES}; see {@link #write(Path, List, long)}. */
    public static Saved write(Path folder, List<SafetensorsEntry> entries) {
        return write(folder, entries, DEFAULT_SHARD_BYTES);
    }

    /**
     * Writes a model. No file is removed except an older index that is replaced.
     *
     * @param folder the model's folder, made where it does not exist
     * @param entries the tensors; their order is kept
     * @param shardBytes the most bytes of tensors in a file; a larger tensor gets a file of its own
     * @throws SafetensorsException as {@link #requireWritable} and {@link SafetensorsWriter#write}
     */
    public static Saved write(Path folder, List<SafetensorsEntry> entries, long shardBytes) {
        List<List<SafetensorsEntry>> shards = check(folder, entries, shardBytes);
        List<SafetensorsStaged> staged = new ArrayList<>();
        try {
            Map<String, String> weightMap = new LinkedHashMap<>();
            for (int i = 0; i < shards.size(); i++) {
                String name = name(i, shards.size());
                staged.add(SafetensorsWriter.stage(folder.resolve(name), shards.get(i), SafetensorsWriter.PYTORCH));
                shards.get(i).forEach(entry -> weightMap.put(entry.name(), name));
            }
            if (shards.size() == 1) {
                staged.getFirst().commit();
                return new Saved(List.of(staged.getFirst().written()), Optional.empty());
            }
            byte[] bytes = ShardedIndex.encoded(weightMap, SafetensorsHeader.totalBytes(folder, entries));
            Path index = folder.resolve(ShardedTensors.INDEX);
            try (SafetensorsStaged last = SafetensorsStaged.write(index, bytes.length, out -> out.append(bytes))) {
                removeOlder(index);
                staged.forEach(SafetensorsStaged::commit);
                last.commit();
            }
            return new Saved(staged.stream().map(SafetensorsStaged::written).toList(), Optional.of(index));
        } finally {
            staged.forEach(SafetensorsStaged::close);
        }
    }

    /**
     * Finds out, without writing, whether {@link #write} may start: call it before hours of training.
     *
     * @throws SafetensorsException when a tensor name occurs twice, when the folder cannot be written to or its disk has
     *     too little room, or when the folder
     *     holds a model of the other layout, which would stay beside the new one and be taken for it
     */
    public static void requireWritable(Path folder, List<SafetensorsEntry> entries, long shardBytes) {
        check(folder, entries, shardBytes);
    }

    private static List<List<SafetensorsEntry>> check(Path folder, List<SafetensorsEntry> entries, long shardBytes) {
        if (shardBytes <= 0) {
            throw SafetensorsException.of("a shard size of " + shardBytes, "a positive number of bytes", folder,
                    "The usual size is " + DEFAULT_SHARD_BYTES + ".");
        }
        SafetensorsHeader.requireDistinct(folder, entries);
        List<List<SafetensorsEntry>> shards = split(entries, shardBytes);
        String other = shards.size() == 1 ? ShardedTensors.INDEX : ShardedTensors.SINGLE;
        if (Files.exists(folder.resolve(other))) {
            throw SafetensorsException.of("an older " + other, "a folder without one: the new model has "
                    + (shards.size() == 1 ? "one file" : shards.size() + " shards")
                    + ", and readers would take the older one",
                    folder, "Choose another folder, or remove the older model's weights.");
        }
        SafetensorsStaged.requireRoom(folder, SafetensorsHeader.totalBytes(folder, entries));
        return shards;
    }

    private static List<List<SafetensorsEntry>> split(List<SafetensorsEntry> entries, long shardBytes) {
        List<List<SafetensorsEntry>> shards = new ArrayList<>();
        List<SafetensorsEntry> shard = new ArrayList<>();
        shards.add(shard);
        long size = 0;
        for (SafetensorsEntry entry : entries) {
            if (!shard.isEmpty() && entry.bytes() > shardBytes - size) {
                shard = new ArrayList<>();
                shards.add(shard);
                size = 0;
            }
            shard.add(entry);
            size += entry.bytes();
        }
        return shards;
    }

    private static String name(int shard, int count) {
        return count == 1
                ? ShardedTensors.SINGLE
                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, count);
    }

    private static void removeOlder(Path index) {
        try {
            if (Files.deleteIfExists(index)) {
                SafetensorsStaged.syncFolder(SafetensorsStaged.folder(index));
            }
        } catch (IOException e) {
            throw new SafetensorsException(
                    SafetensorsException.message("an older index that cannot be replaced (" + e + ")",
                            "a folder to write to", index, "Choose another folder."),
                    e);
        }
    }
}
