package dev.hone.tensor;

import java.util.Optional;

/**
 * Between rows in which heads stand side by side, [T, n·K], and heads of rows, [n, S, K], with rotary positions
 * (arXiv 2104.09864, in the half-split layout of Hugging Face) and a factor applied on the way.
 */
public final class HeadRows {
    private HeadRows() {}

    /**
     * The turn of each row: the first half of a head is the real, the second the imaginary part.
     *
     * @param cosines [T, K/2]
     * @param sines [T, K/2]
     */
    public record Turn(Tensor cosines, Tensor sines) {

        /** The same turn with the result multiplied by a factor. */
        public Turn times(double factor) {
            return new Turn(cosines.mul(factor), sines.mul(factor));
        }

        /** Some of its rows. */
        public Turn rows(long first, long count) {
            return new Turn(cosines.narrow(0, first, count), sines.narrow(0, first, count));
        }

        private Turn back() { return new Turn(cosines, sines.neg()); }

        /** Turns heads [n, T, K] into {@code to} of the same shape. */
        public void apply(Tensor from, Tensor to) {
            long half = from.size(2) / 2;
            Tensor low = from.narrow(2, 0, half);
            Tensor high = from.narrow(2, half, half);
            to.narrow(2, 0, half).setToProduct(low, cosines);
            to.narrow(2, 0, half).addProductInPlace(high, sines, -1);
            to.narrow(2, half, half).setToProduct(high, cosines);
            to.narrow(2, half, half).addProductInPlace(low, sines, 1);
        }
    }

    /** The columns of some heads in rows: {@code first} to {@code first + count - 1} of heads of {@code size} columns. */
    public record Columns(int first, int count, int size) {}

    /**
     * Heads from rows: {@code factor} times the turned columns; rows behind the last become zeros.
     *
     * @param rows [T, …]
     * @param length S, at least T
     * @return [count, S, size]
     */
    public static Tensor split(Tensor rows, Columns columns, long length, Optional<Turn> turn, double factor) {
        Tensor heads = Tensors.empty(rows.dtype(), rows.device(), columns.count, length, columns.size);
        if (VectorModule.serves(rows) && VectorModule.serves(heads)) {
            VectorHeads.split(rows, columns, heads, new VectorHeads.Change(turn, 1, (float) factor));
            return heads;
        }
        long count = rows.size(0);
        heads.narrow(1, count, length - count).zero();
        move(view(rows, columns), heads.narrow(1, 0, count), turn);
        if (factor != 1) {
            heads.mulInPlace(factor);
        }
        return heads;
    }

    /** The way back, which is also the gradient's: writes {@code factor} times the heads, turned back, into the rows' columns. */
    public static void join(Tensor heads, Tensor rows, Columns columns, Optional<Turn> turn, double factor) {
        if (VectorModule.serves(rows) && VectorModule.serves(heads)) {
            VectorHeads.join(heads, rows, columns, new VectorHeads.Change(turn, -1, (float) factor));
            return;
        }
        Tensor scaled = factor == 1 ? heads : heads.mul(factor);
        move(scaled.narrow(1, 0, rows.size(0)), view(rows, columns), turn.map(Turn::back));
    }

    private static void move(Tensor from, Tensor to, Optional<Turn> turn) {
        if (turn.isPresent()) {
            turn.get().apply(from, to);
        } else {
            to.copyFrom(from);
        }
    }

    private static Tensor view(Tensor rows, Columns columns) {
        return rows.narrow(1, (long) columns.first * columns.size, (long) columns.count * columns.size)
                .view(rows.size(0), columns.count, columns.size).transpose(0, 1);
    }
}
