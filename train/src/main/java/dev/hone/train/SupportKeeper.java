package dev.hone.train;

import dev.hone.rollout.TokenSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** The sets that the tokens of an answer were drawn from as a text, for checkpoints: gaps between ids, deflated, in base 64. */
final class SupportKeeper {
    /** Instead of a count. */
    private static final int ALL = -1;

    private SupportKeeper() {}

    static String kept(List<TokenSet> supports) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(supports.size());
            for (TokenSet support : supports) {
                write(support, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory has no I/O to fail with
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static void write(TokenSet support, DataOutputStream out) throws IOException {
        if (support.isAll()) {
            out.writeInt(ALL);
            return;
        }
        int[] ids = support.ids();
        out.writeInt(ids.length);
        int before = 0;
        for (int id : ids) {
            writeGap(id - before, out);
            before = id;
        }
    }

    /** Seven bits a byte, the low ones first. */
    private static void writeGap(int gap, OutputStream out) throws IOException {
        int left = gap;
        while (left > 0x7F) {
            out.write(left & 0x7F | 0x80);
            left >>>= 7;
        }
        out.write(left);
    }

    /** @throws CheckpointException for a text that {@link #kept} did not write */
    static List<TokenSet> restored(String text) {
        try (DataInputStream in = new DataInputStream(
                new InflaterInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text))))) {
            List<TokenSet> supports = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                supports.add(read(in));
            }
            return supports;
        } catch (IOException | IllegalArgumentException e) {
            throw CheckpointException.of("sets of tokens that cannot be read", "those of an answer",
                    "the checkpoint's state.json", "It is damaged: resume from another checkpoint.");
        }
    }

    private static TokenSet read(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count == ALL) {
            return TokenSet.ALL;
        }
        if (count < 0) {
            throw new IOException("a set of " + count + " tokens");
        }
        int[] ids = new int[count];
        int before = 0;
        for (int i = 0; i < count; i++) {
            before += readGap(in);
            ids[i] = before;
        }
        return TokenSet.of(ids);
    }

    private static int readGap(InputStream in) throws IOException {
        int gap = 0;
        for (int shift = 0;; shift += 7) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the text ends early");
            }
            gap |= (next & 0x7F) << shift;
            if (next < 0x80) {
                return gap;
            }
        }
    }
}
