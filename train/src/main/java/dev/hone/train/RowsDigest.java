package dev.hone.train;

import dev.hone.text.Packed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Rows of tokens in a few words: equal exactly when ids, weights, borders and labels are. */
final class RowsDigest {
    private static final int DIGITS = 16;

    private RowsDigest() {}

    /** Count, and the beginning of the SHA-256: {@code 7,473 rows (sha256 0123456789abcdef)}. */
    static String of(List<? extends StepRow> rows) {
        MessageDigest digest = FileDigest.newSha256();
        for (StepRow unit : rows) {
            Packed row = unit.packed();
            ByteBuffer bytes = ByteBuffer
                    .allocate(4 * (2 + row.starts().length + 2 * row.sequences() + 2 * row.tokens()));
            bytes.putInt(row.sequences()).putInt(row.tokens());
            for (int start : row.starts()) {
                bytes.putInt(start);
            }
            for (int n = 0; n < row.sequences(); n++) {
                bytes.putInt(row.parents()[n]).putInt(row.shared()[n]);
            }
            for (int i = 0; i < row.tokens(); i++) {
                bytes.putInt(row.ids()[i]).putFloat(row.weight()[i]);
            }
            digest.update(bytes.flip());
            digest.update(unit.labels().getBytes(StandardCharsets.UTF_8));
        }
        return String.format(Locale.ROOT, "%,d rows (sha256 %s)", rows.size(),
                HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS));
    }
}
