package dev.hone.tensor;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;

/** How {@link Tensor} calls the binding: scalars freed at once, libtorch's complaints turned into one line with both shapes. */
final class Calls {
    private Calls() {}

    static Tensor scalar(double value, Function<Scalar, org.bytedeco.pytorch.Tensor> op) {
        try (Scalar scalar = new Scalar(value)) {
            return Tensor.wrap(op.apply(scalar));
        }
    }

    /** A handle of its own for a tensor that lies inside a tuple, whose memory goes when the tuple is closed. */
    static Tensor handle(org.bytedeco.pytorch.Tensor inTuple) {
        return Tensor.wrap(new org.bytedeco.pytorch.Tensor(inTuple));
    }

    static void withScalar(double value, Consumer<Scalar> op) {
        try (Scalar scalar = new Scalar(value)) {
            op.accept(scalar);
        }
    }

    static Tensor binary(Tensor left, String op, Tensor right, UnaryOperator<org.bytedeco.pytorch.Tensor> call) {
        return Tensor.wrap(guarded(left, op, right, call));
    }

    /** For in-place ops: the binding returns the same handle, which must not be wrapped again. */
    static void change(Tensor left, String op, Tensor right, UnaryOperator<org.bytedeco.pytorch.Tensor> call) {
        guarded(left, op, right, call);
    }

    private static org.bytedeco.pytorch.Tensor guarded(Tensor left, String op, Tensor right,
            UnaryOperator<org.bytedeco.pytorch.Tensor> call) {
        try {
            return call.apply(right.raw());
        } catch (RuntimeException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new IllegalArgumentException(
                    op + " of " + left.describe() + " and " + right.describe() + ": " + reason, e);
        }
    }
}
