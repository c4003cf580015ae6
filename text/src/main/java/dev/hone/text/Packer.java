package dev.hone.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Puts rows together so that windows are full. Bins and their order are those of TRL's {@code pack_dataset}; unlike there the
 * rows of a bin are kept apart ({@link Packed#starts()}) with every strategy, so that no sample ever sees another.
 *
 * <p>O(n log L) for n rows and a window of L tokens: a sort by counting, then one search among the L possible remaining
 * spaces for each row.
 *
 * @see <a href="https://arxiv.org/abs/2404.10830">Fewer Truncations Improve Language Modeling (best-fit packing)</a>
 */
public final class Packer {
    private final int window;
    private final Packing strategy;

    /**
     * @param window the length of a bin, in tokens
     * @throws DataException if it is not positive
     */
    public Packer(int window, Packing strategy) {
        if (window < 1) {
            throw new DataException("the window for packing is " + window + " tokens: expected at least 1");
        }
        this.window = window;
        this.strategy = strategy;
    }

    /**
     * A piece of a row.
     *
     * @param row the place of the row
     * @param from its first token
     * @param to the first token after it
     */
    public record Piece(int row, int from, int to) {
        public int length() { return to - from; }
    }

    /**
     * Packs rows.
     *
     * @return the bins in the order that TRL gives them: full ones first with best fit, in the order of the rows when wrapped
     */
    public List<Packed> pack(List<Encoded> rows) {
        return plan(rows.stream().mapToInt(Encoded::length).toArray()).stream().map(bin -> fill(bin, rows)).toList();
    }

    /** Which pieces go into which bin, for rows of these lengths. Rows without a token go nowhere. */
    public List<List<Piece>> plan(int[] lengths) {
        return switch (strategy) {
            case BFD -> bestFit(IntStream.range(0, lengths.length)
                    .mapToObj(row -> new Piece(row, 0, Math.min(window, lengths[row]))).toList());
            case BFD_SPLIT -> bestFit(split(lengths));
            case WRAPPED -> wrapped(lengths);
        };
    }

    private List<Piece> split(int[] lengths) {
        List<Piece> pieces = new ArrayList<>(lengths.length);
        for (int row = 0; row < lengths.length; row++) {
            for (int from = 0; from < lengths[row]; from += window) {
                pieces.add(new Piece(row, from, Math.min(lengths[row], from + window)));
            }
        }
        return pieces;
    }

    private List<List<Piece>> wrapped(int[] lengths) {
        List<List<Piece>> bins = new ArrayList<>();
        int space = 0;
        for (int row = 0; row < lengths.length; row++) {
            for (int from = 0; from < lengths[row];) {
                if (space == 0) {
                    bins.add(new ArrayList<>());
                    space = window;
                }
                int to = Math.min(lengths[row], from + space);
                bins.getLast().add(new Piece(row, from, to));
                space -= to - from;
                from = to;
            }
        }
        return bins;
    }

    /** A bin takes the longest remaining piece if it is the one that the piece fills best; the oldest of equals. */
    private List<List<Piece>> bestFit(List<Piece> pieces) {
        List<List<Piece>> bins = new ArrayList<>();
        NavigableMap<Integer, Deque<List<Piece>>> binsBySpace = new TreeMap<>();
        for (Piece piece : longestFirst(pieces)) {
            var fitting = binsBySpace.ceilingEntry(piece.length());
            int space = fitting == null ? window : fitting.getKey();
            List<Piece> bin;
            if (fitting == null) {
                bin = new ArrayList<>(4);
                bins.add(bin);
            } else {
                bin = fitting.getValue().removeFirst();
                if (fitting.getValue().isEmpty()) {
                    binsBySpace.remove(space);
                }
            }
            bin.add(piece);
            if (space > piece.length()) {
                binsBySpace.computeIfAbsent(space - piece.length(), length -> new ArrayDeque<>()).addLast(bin);
            }
        }
        return bins;
    }

    /** Sorted by length, longest first; equals keep their order. Empty pieces are left out. */
    private List<Piece> longestFirst(List<Piece> pieces) {
        int longest = pieces.stream().mapToInt(Piece::length).max().orElse(0);
        int[] place = new int[longest + 2];
        for (Piece piece : pieces) {
            place[longest - piece.length() + 1]++;
        }
        for (int i = 1; i < place.length; i++) {
            place[i] += place[i - 1];
        }
        Piece[] sorted = new Piece[pieces.size()];
        for (Piece piece : pieces) {
            sorted[place[longest - piece.length()]++] = piece;
        }
        int filled = (int) pieces.stream().filter(piece -> piece.length() > 0).count();
        return List.of(sorted).subList(0, filled);
    }

    private static Packed fill(List<Piece> bin, List<Encoded> rows) {
        Packed packed = lay(bin, rows);
        for (int i = 0; i < bin.size(); i++) {
            packed.weight()[packed.starts()[i]] = 0; // nothing predicts the first token of a piece
        }
        return packed;
    }

    /** Pieces end to end with the weights of their rows. */
    private static Packed lay(List<Piece> bin, List<Encoded> rows) {
        int tokens = bin.stream().mapToInt(Piece::length).sum();
        int[] ids = new int[tokens];
        float[] weight = new float[tokens];
        int[] starts = new int[bin.size() + 1];
        for (int i = 0; i < bin.size(); i++) {
            Piece piece = bin.get(i);
            Encoded row = rows.get(piece.row());
            System.arraycopy(row.ids(), piece.from(), ids, starts[i], piece.length());
            System.arraycopy(row.weight(), piece.from(), weight, starts[i], piece.length());
            starts[i + 1] = starts[i] + piece.length();
        }
        return new Packed(ids, starts, weight);
    }

    /** Rows laid end to end as one batch, each a sequence of its own. */
    public static Packed batch(List<Encoded> rows) {
        return fill(IntStream.range(0, rows.size()).filter(row -> rows.get(row).length() > 0)
                .mapToObj(row -> new Piece(row, 0, rows.get(row).length())).toList(), rows);
    }

    /**
     * Rows that begin with the same tokens as one family: the first is whole, the others continue its first tokens. A token
     * that carries loss is never shared, nor is the last of a row; a row with nothing to share stands alone. Rows without a
     * token go nowhere.
     *
     * @param rows the answers to one prompt, each behind it
     * @param promptLength how many tokens all of them begin with
     * @throws IllegalArgumentException where they differ within these
     */
    public static Packed branched(List<Encoded> rows, int promptLength) {
        List<Encoded> filled = rows.stream().filter(row -> row.length() > 0).toList();
        int[] shared = new int[filled.size()];
        for (int n = 1; n < shared.length; n++) {
            requireSamePrompt(filled.getFirst(), filled.get(n), promptLength);
            shared[n] = Math.min(promptLength, shareable(filled.get(n)));
        }
        int[] parents = IntStream.of(shared).map(tokens -> tokens > 0 ? 0 : -1).toArray();
        List<Piece> own = IntStream.range(0, shared.length)
                .mapToObj(n -> new Piece(n, shared[n], filled.get(n).length())).toList();
        Packed packed = lay(own, filled);
        return new Packed(packed.ids(), packed.starts(), packed.weight(), parents, shared);
    }

    private static int shareable(Encoded row) {
        int last = row.length() - 1;
        return IntStream.range(0, last).filter(i -> row.weight()[i] != 0).findFirst().orElse(last);
    }

    private static void requireSamePrompt(Encoded first, Encoded other, int promptLength) {
        if (promptLength < 0 || first.length() < promptLength || other.length() < promptLength
                || !Arrays.equals(first.ids(), 0, promptLength, other.ids(), 0, promptLength)) {
            throw new IllegalArgumentException("rows of " + first.length() + " and " + other.length()
                    + " tokens: expected both to begin with the same " + promptLength + " tokens of their prompt");
        }
    }

    /** Bins laid end to end as one batch. */
    public static Packed join(List<Packed> bins) {
        int[] ids = new int[bins.stream().mapToInt(Packed::tokens).sum()];
        float[] weight = new float[ids.length];
        int[] starts = new int[bins.stream().mapToInt(Packed::sequences).sum() + 1];
        int[] parents = new int[starts.length - 1];
        int[] shared = new int[parents.length];
        int token = 0;
        int sequence = 0;
        for (Packed bin : bins) {
            System.arraycopy(bin.ids(), 0, ids, token, bin.tokens());
            System.arraycopy(bin.weight(), 0, weight, token, bin.tokens());
            int first = sequence;
            for (int i = 0; i < bin.sequences(); i++) {
                parents[sequence] = bin.isBranch(i) ? first + bin.parents()[i] : -1;
                shared[sequence] = bin.shared()[i];
                starts[++sequence] = token + bin.starts()[i + 1];
            }
            token += bin.tokens();
        }
        return new Packed(ids, starts, weight, parents, shared);
    }
}
