package dev.hone.tensor;

/** Sums over the rows that belong together, as the tokens of one completion do; libtorch can differentiate them. */
public final class Segments {
    private Segments() {}

    /**
     * Adds up the values of each segment.
     *
     * @param values [P]
     * @param segments [P] int64, the segment that each value belongs to
     * @param count how many segments there are; one without values sums to 0
     * @return [count] in the type of the values
     * @throws IllegalArgumentException where values and segments differ in shape or type, or a segment is outside 0 … count−1
     */
    public static Tensor sum(Tensor values, Tensor segments, int count) {
        if (values.rank() != 1 || segments.dtype() != DType.INT64 || segments.rank() != 1
                || segments.count() != values.count()) {
            throw new IllegalArgumentException("segment sums of " + values.describe() + " by " + segments.describe()
                    + ": expected values [P] and int64 segments [P]");
        }
        Tensor zeros = Tensors.zeros(values.dtype(), values.device(), count);
        return Calls.binary(zeros, "segment sums", values, raw -> zeros.raw().index_add(0, segments.raw(), raw));
    }
}
