package dev.hone.tensor;

import static dev.hone.tensor.SafetensorsException.quoted;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file, mapped into memory and read-only: nothing is copied, a page is read from the disk when it is first
 * touched, and the size has no limit. The whole header is checked before anything is mapped, so a segment from here
 * always has the bytes that its tensor's type and shape need. May be used by any number of threads.
 *
 * <p>Format: huggingface.co/docs/safetensors. Elements are little-endian and need not be aligned, so read them with the
 * {@code _UNALIGNED} layouts of {@link java.lang.foreign.ValueLayout}. Two things a caller that passes an address to
 * native code must see to itself: a write to the mapping ends the process (copy what will be changed), and so does a
 * read after {@link #close} (keep the file open as long as anything made from it lives). A file must not be shortened
 * while it is open; {@link SafetensorsWriter} replaces files and never writes into one, so it is safe to save over a
 * model that is open.
 */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final SafetensorsHeader header;
    private final Arena arena;
    private final MemorySegment tensors;

    private SafetensorsFile(Path path, SafetensorsHeader header, Arena arena, MemorySegment tensors) {
        this.path = path;
        this.header = header;
        this.arena = arena;
        this.tensors = tensors;
    }

    /**
     * Checks and maps a file.
     *
     * @throws SafetensorsException when it is missing, unreadable, or breaks the format in any way: a header of the wrong
     *     length or that is not JSON, a name twice, an unknown or unsupported dtype, a shape that overflows or does not
     *     match its bytes, offsets that overlap, leave a hole or leave the file, bytes after the last tensor
     */
    public static SafetensorsFile open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw SafetensorsException.of(Files.exists(path)
                    ? "something that is not a regular file"
                    : Files.isSymbolicLink(path) ? "a link to a file that is missing" : "no such file",
                    "a safetensors file", path, "Check the path, or fetch the file again.");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            byte[] json = header(path, channel);
            long start = SafetensorsHeader.LENGTH_BYTES + (long) json.length;
            long dataBytes = channel.size() - start;
            SafetensorsHeader header = SafetensorsHeaderReader.read(path, json, dataBytes);
            return map(path, channel, header, start);
        } catch (IOException e) {
            throw new SafetensorsException(SafetensorsException.message("a file that cannot be read (" + e + ")",
                    "a readable safetensors file", path, "Check its permissions and the disk."), e);
        }
    }

    private static byte[] header(Path path, FileChannel channel) throws IOException {
        long size = channel.size();
        ByteBuffer first = ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(channel, first, 0);
        if (first.hasRemaining()) {
            throw SafetensorsException.of("a file of " + size + " bytes", "at least " + SafetensorsHeader.LENGTH_BYTES,
                    path, SafetensorsAdvice.forFile(Arrays.copyOf(first.array(), first.position())));
        }
        long length = first.getLong(0);
        long room = size - SafetensorsHeader.LENGTH_BYTES;
        if (length < 0 || length > Math.min(SafetensorsHeader.LONGEST, room)) {
            throw SafetensorsException.of("a header of " + Long.toUnsignedString(length) + " bytes",
                    "at most " + Math.min(SafetensorsHeader.LONGEST, room) + (room < SafetensorsHeader.LONGEST
                            ? " (what the file has after the length)"
                            : " (the limit of the format)"),
                    path, SafetensorsAdvice.forFile(first.array()));
        }
        ByteBuffer json = ByteBuffer.allocate((int) length);
        read(channel, json, SafetensorsHeader.LENGTH_BYTES);
        if (json.hasRemaining()) {
            throw SafetensorsException.of("a file that became shorter while it was read", "a file at rest", path,
                    "Wait for the program that writes it.");
        }
        if (length == 0 || json.get(0) != '{') {
            throw SafetensorsException.of("a header that does not begin with {", "a JSON object", path,
                    SafetensorsAdvice.forFile(first.array()));
        }
        return json.array();
    }

    private static void read(FileChannel channel, ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining() && channel.read(into, position + into.position()) >= 0) {
            // A read may give less than asked for.
        }
    }

    private static SafetensorsFile map(Path path, FileChannel channel, SafetensorsHeader header, long start)
            throws IOException {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, start + header.dataBytes(), arena);
            return new SafetensorsFile(path, header, arena, mapped.asSlice(start));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The file. */
    public Path path() { return path; }

    /** All tensor names, in the order of their bytes in the file. */
    public List<String> names() {
        return List.copyOf(header.tensors().keySet());
    }

    /** Whether the file holds a tensor of this name. */
    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /**
     * Type, shape and place of a tensor; still there after {@link #close}.
     *
     * @throws SafetensorsException when the file holds no tensor of that name
     */
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw SafetensorsException.of("no tensor " + quoted(name),
                    SafetensorsAdvice.nearest(name, header.tensors().keySet()), path,
                    "Check that the configuration and the weights belong to the same model.");
        }
        return info;
    }

    /**
     * The bytes of a tensor: row-major, little-endian, read-only, not aligned; valid until {@link #close}.
     *
     * @throws SafetensorsException when the file holds no tensor of that name
     * @throws IllegalStateException after {@link #close}; a segment got before it throws the same when it is read
     */
    public MemorySegment data(String name) {
        TensorInfo info = info(name);
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("tensor " + quoted(name) + " was asked for after " + path
                    + " was closed: keep the file open as long as its tensors are used");
        }
        return tensors.asSlice(info.begin(), info.bytes());
    }

    /**
     * Lets the system take back the memory that a tensor's bytes took when they were read, so that a model is not counted
     * twice while it is copied out of its files. They can still be read.
     *
     * @throws SafetensorsException when the file holds no tensor of that name
     */
    public void giveBack(String name) { Pages.giveBack(data(name)); }

    /** The strings of {@code __metadata__}, often {@code format: pt}; empty when the file has none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Unmaps the file; a second call does nothing.
     *
     * @throws IllegalStateException while another thread's native call is reading a segment
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
