package dev.hone.tensor;

/** Softmax of attention scores over the keys that each query may see, and its gradient, both in place. */
public final class CausalSoftmax {
    private CausalSoftmax() {}

    /**
     * What the query rows of a block see of its columns: row r, counted within its head, sees the columns up to
     * {@code offset + r}, of those the last {@code window}, and never the first {@code hidden}. Rows from {@code rows} on
     * only fill up the block.
     *
     * @param rows real query rows
     * @param size query rows of a head in the block, real or not
     * @param columns of the block
     * @param hidden columns in front that nobody sees, so that blocks of many sizes have one shape; below {@code offset + 1}
     * @param offset the column of row 0 itself
     * @param window 0 = all
     */
    public record Sight(int rows, int size, int columns, int hidden, int offset, int window) {
        public Sight {
            if (hidden < 0 || hidden > offset) {
                throw new IllegalArgumentException(hidden + " hidden columns: expected 0 to " + offset
                        + ", so that every row sees its own");
            }
        }

        int end(int row) { return Math.min(columns, offset + row + 1); }

        int begin(int row) { return window == 0 ? hidden : Math.max(hidden, offset + row + 1 - window); }
    }

    /**
     * Scores become weights; a weight that may not be seen is 0, and so is a row that only fills up.
     *
     * @param scores contiguous, any shape whose last two axes are a multiple of {@code size} and {@code columns}
     */
    public static void apply(Tensor scores, Sight sight) {
        if (VectorModule.serves(scores)) {
            VectorSoftmax.apply(scores, sight);
            return;
        }
        try (Scope scope = Scope.open()) {
            Tensor square = square(scores, sight);
            square.copyFrom(square.add(mask(sight, Float.NEGATIVE_INFINITY, 0, scores)).softmax(-1));
            square.narrow(1, sight.rows, sight.size - sight.rows).zero();
        }
    }

    /** The gradient by the weights becomes that by the scores. */
    public static void backward(Tensor gradient, Tensor weights, Sight sight) {
        if (VectorModule.serves(gradient) && VectorModule.serves(weights)) {
            VectorSoftmax.backward(gradient, weights, sight);
            return;
        }
        try (Scope scope = Scope.open()) {
            // an invisible weight is 0, and so is its score's gradient
            gradient.copyFrom(Ops.softmaxBackward(gradient, weights, -1));
        }
    }

    private static Tensor square(Tensor scores, Sight sight) { return scores.view(-1, sight.size, sight.columns); }

    private static Tensor mask(Sight sight, float hidden, float seen, Tensor like) {
        float[] values = new float[sight.size * sight.columns];
        for (int row = 0; row < sight.size; row++) {
            for (int column = 0; column < sight.columns; column++) {
                boolean visible = column >= sight.begin(row) && column < sight.end(row);
                values[row * sight.columns + column] = visible || row >= sight.rows ? seen : hidden;
            }
        }
        return Tensors.of(values, sight.size, sight.columns).to(like.dtype()).to(like.device());
    }
}
