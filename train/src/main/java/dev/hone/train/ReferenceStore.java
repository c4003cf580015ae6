package dev.hone.train;

import dev.hone.tensor.DType;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsException;
import dev.hone.tensor.SafetensorsFile;
import dev.hone.tensor.SafetensorsWriter;
import dev.hone.text.Packed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Log-probs of a reference on disk, so that a run that goes on, or another run on the same rows, does not compute them again.
 * A file's name is a digest of the reference's weights and of the rows; a damaged or foreign file is computed anew.
 */
final class ReferenceStore {
    private static final String NAME = "log_probs";
    private final Path folder;
    private final List<Path> sources;
    private final String form;

    /**
     * @param sources the folders of the reference: a model's, and its adapter's where it has one
     * @param form how its weights are kept: the type, and how they are quantised
     */
    ReferenceStore(Path folder, List<Path> sources, String form) {
        this.folder = folder;
        this.sources = List.copyOf(sources);
        this.form = form;
    }

    /**
     * Per row, per sequence, per read token.
     *
     * @param sequences which sequences of a row
     * @param compute is called where they are not there
     */
    <R extends CompletionRow> List<List<float[]>> get(List<R> rows, Function<R, Packed> sequences,
            Supplier<List<List<float[]>>> compute) {
        if (rows.isEmpty()) {
            return List.of();
        }
        List<Packed> packed = rows.stream().map(sequences).toList();
        ReadTokens tokens = ReadTokens.of(rows, packed);
        Path file = folder.resolve(key(packed) + ".safetensors");
        float[] kept = read(file);
        if (kept.length == tokens.total()) {
            List<List<float[]>> all = new ArrayList<>();
            for (int r = 0; r < rows.size(); r++) {
                all.add(tokens.cut(kept, r));
            }
            return all;
        }
        List<List<float[]>> fresh = compute.get();
        write(file, fresh);
        return fresh;
    }

    private String key(List<Packed> packed) {
        MessageDigest digest = FileDigest.newSha256();
        digest.update((RowsDigest.of(packed.stream().map(PackedRow::new).toList()) + form)
                .getBytes(StandardCharsets.UTF_8));
        sources.forEach(source -> FolderDigest.add(source, digest));
        return "reference-" + HexFormat.of().formatHex(digest.digest()).substring(0, 32);
    }

    private static float[] read(Path file) {
        if (!Files.isRegularFile(file)) {
            return new float[0];
        }
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            return stored.contains(NAME) && stored.info(NAME).dtype() == DType.FLOAT32
                    ? stored.data(NAME).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)
                    : new float[0];
        } catch (SafetensorsException damaged) {
            return new float[0];
        }
    }

    private static void write(Path file, List<List<float[]>> said) {
        int count = said.stream().flatMap(List::stream).mapToInt(part -> part.length).sum();
        float[] all = new float[count];
        int to = 0;
        for (List<float[]> row : said) {
            for (float[] part : row) {
                System.arraycopy(part, 0, all, to, part.length);
                to += part.length;
            }
        }
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + file.getParent() + ", where the reference's log-probs are"
                    + " kept: give another --reference_cache", e);
        }
        SafetensorsWriter.write(file, List.of(SafetensorsEntry.of(NAME, DType.FLOAT32, new long[]{count},
                MemorySegment.ofArray(all))));
    }
}
