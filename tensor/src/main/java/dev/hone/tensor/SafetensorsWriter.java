package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Writes a safetensors file: the header, then the tensors one after the other in the caller's order, each lent only
 * when its turn comes. The bytes go to a sibling whose name ends in {@code .tmp}; that is synced to the disk and then
 * renamed, so that the file under the given name is at every moment either the old one or the new one, whole.
 *
 * <p>Format: huggingface.co/docs/safetensors.
 */
public final class SafetensorsWriter {
    /** The metadata that Hugging Face's tools want to find in a file of weights. */
    public static final Map<String, String> PYTORCH = Map.of("format", "pt");

    private SafetensorsWriter() {}

    /**
     * A file that was written.
     *
     * @param file where it is
     * @param bytes its length
     * @param sha256 the SHA-256 of its bytes, 64 hexadecimal digits in lower case
     */
    public record Written(Path file, long bytes, String sha256) {}

    /** Writes tensors with the metadata {@link #PYTORCH}; see {@link #write(Path, List, Map)}. */
    public static Written write(Path file, List<SafetensorsEntry> entries) {
        return write(file, entries, PYTORCH);
    }

    /**
     * Writes tensors, and the folder that the file lies in where it does not exist.
     *
     * @param file the file, replaced when it exists
     * @param entries the tensors in the order that the file shall have
     * @param metadata the strings of {@code __metadata__}; none for an empty map
     * @throws SafetensorsException when a name occurs twice, when an entry lends other than the bytes of its shape, or
     *     when the disk is full or read-only; what was under that name before is then unchanged and no temporary file stays
     */
    public static Written write(Path file, List<SafetensorsEntry> entries, Map<String, String> metadata) {
        try (SafetensorsStaged staged = stage(file, entries, metadata)) {
            staged.commit();
            return staged.written();
        }
    }

    /** The same up to, but without, the renaming. */
    static SafetensorsStaged stage(Path file, List<SafetensorsEntry> entries, Map<String, String> metadata) {
        SafetensorsHeader header = SafetensorsHeader.of(file, entries, metadata);
        byte[] first = header.encoded(file);
        return SafetensorsStaged.write(file, first.length + header.dataBytes(), staged -> {
            staged.append(first);
            entries.forEach(entry -> lend(entry, staged));
        });
    }

    private static void lend(SafetensorsEntry entry, SafetensorsStaged staged) {
        long end = staged.position() + entry.bytes();
        entry.source().lend(piece -> {
            if (piece.byteSize() > end - staged.position()) {
                throw disagreement(entry, "more than " + entry.bytes(), staged);
            }
            staged.append(piece);
        });
        if (staged.position() != end) {
            throw disagreement(entry, "only " + (entry.bytes() - (end - staged.position())), staged);
        }
    }

    private static SafetensorsException disagreement(SafetensorsEntry entry, String lent, SafetensorsStaged staged) {
        return SafetensorsException.of(lent + " bytes lent for tensor " + quoted(entry.name()),
                entry.bytes() + " bytes for its type and shape", staged.file(),
                "Hand over a contiguous tensor of that type and shape.");
    }
}
