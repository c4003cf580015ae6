package dev.hone.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Optimizer kernels that touch each weight once or twice. Two exist: libtorch's fused Adam for every device and type, and
 * {@linkplain #onePass one of our own} for the CPU, which also reads a bfloat16 gradient and writes a bfloat16 weight on the
 * way and so needs no second and third pass. Ours needs {@code --add-modules jdk.incubator.vector}; without the module
 * libtorch's serves alone.
 *
 * <p>Everything is elementwise, so neither the number of threads nor the way the work is cut changes a bit of the result.
 */
public final class FusedOptim {
    /** Of a sum of squares that one thread makes in float32 before it is added up in float64. */
    private static final long ROW = 16_384;
    /** Of a tensor that is widened at once: small enough that the copy does not matter. */
    private static final long CHUNK = 64 * ROW;

    private FusedOptim() {}

    /**
     * Adam's running means for one parameter.
     *
     * @param first mean of the gradient, the weight's shape and type
     * @param second mean of its square, likewise
     * @param largest the largest second moment so far, for AMSGrad (arXiv 1904.09237) only
     * @param step the number of this step, from 1
     */
    public record Moments(Tensor first, Tensor second, Optional<Tensor> largest, long step) {}

    /**
     * What one step reads and writes of one parameter.
     *
     * @param weight changed in place
     * @param gradient the weight's shape; any type for {@link #adamW}, the weight's for {@link #adam}
     * @param moments changed in place
     * @param rounded receives the new weight in bfloat16
     * @param weightDecay decay of this parameter
     */
    public record AdamPart(Tensor weight, Tensor gradient, Moments moments, Optional<Tensor> rounded,
            double weightDecay) {
        public AdamPart {
            requireShape(weight, gradient, "gradient");
            requireShape(weight, moments.first(), "first moment");
            requireShape(weight, moments.second(), "second moment");
            moments.largest().ifPresent(largest -> requireShape(weight, largest, "largest second moment"));
            rounded.ifPresent(narrow -> requireShape(weight, narrow, "rounded weight"));
        }
    }

    /**
     * Adam's numbers, common to all parameters.
     *
     * @param learningRate of this step
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the second moment
     * @param decoupled whether weight decay shrinks the weight (AdamW, arXiv 1711.05101) or joins the gradient (Adam)
     */
    public record AdamRule(double learningRate, double beta1, double beta2, double epsilon, boolean decoupled) {}

    /** Whether {@link #adamW} takes this part: float32 state, bfloat16 or float32 gradient, all contiguous on the CPU. */
    public static boolean onePass(AdamPart part) {
        Moments moments = part.moments();
        return VectorModule.PRESENT && moments.largest().isEmpty() && plain(part.weight(), DType.FLOAT32)
                && plain(moments.first(), DType.FLOAT32) && plain(moments.second(), DType.FLOAT32)
                && (plain(part.gradient(), DType.FLOAT32) || plain(part.gradient(), DType.BFLOAT16))
                && part.rounded().map(narrow -> plain(narrow, DType.BFLOAT16)).orElse(true);
    }

    /**
     * One AdamW step of many parameters in one pass over their memory.
     *
     * @param parts each one that {@link #onePass} takes
     * @param gradientScale multiplies every gradient as it is read, which folds clipping in
     */
    public static void adamW(List<AdamPart> parts, AdamRule rule, double gradientScale) {
        if (parts.isEmpty()) {
            return;
        }
        if (!rule.decoupled() || !parts.stream().allMatch(FusedOptim::onePass)) {
            throw new IllegalArgumentException("adamW: a part or rule that onePass does not take; use adam");
        }
        VectorOptim.adamW(parts, rule, gradientScale);
    }

    /** One Adam or AdamW step of one parameter by libtorch's kernel; does not write {@link AdamPart#rounded}. */
    public static void adam(AdamPart part, AdamRule rule) {
        if (part.weight().dtype() != part.gradient().dtype()) {
            throw new IllegalArgumentException("adam: the gradient is " + part.gradient().describe()
                    + ", expected the type of the weight, " + part.weight().describe());
        }
        Native.fusedAdam(part, rule);
    }

    /**
     * Σ x² over all elements of all tensors, with one transfer. Partial sums have a fixed place, so the result does not
     * depend on the number of threads. NaN or infinite when an element is, or when a square leaves float32's range.
     */
    public static double sumOfSquares(List<Tensor> tensors) {
        List<Tensor> local = tensors.stream().filter(FusedOptim::readable).toList();
        double sum = local.isEmpty() ? 0 : VectorOptim.sumOfSquares(local);
        List<Tensor> others = tensors.stream().filter(tensor -> !readable(tensor) && tensor.count() > 0).toList();
        if (others.isEmpty()) {
            return sum;
        }
        try (Scope scope = Scope.open()) {
            List<Tensor> rows = new ArrayList<>();
            others.forEach(tensor -> addRows(tensor, rows));
            return sum + Arrays.stream(Tensors.cat(rows, 0).toDoubles()).sum();
        }
    }

    private static void addRows(Tensor tensor, List<Tensor> rows) {
        Tensor flat = tensor.reshape(-1);
        DType wide = tensor.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        for (long start = 0; start < flat.count(); start += CHUNK) {
            long begin = start;
            long length = Math.min(CHUNK, flat.count() - start);
            long whole = length / ROW * ROW;
            if (whole > 0) {
                rows.add(Scope.tidy(() -> flat.narrow(0, begin, whole).to(wide).view(-1, ROW).square().sum(1, false)
                        .to(DType.FLOAT64)));
            }
            if (whole < length) {
                rows.add(Scope.tidy(() -> flat.narrow(0, begin + whole, length - whole).to(wide).square()
                        .sum(0, true).to(DType.FLOAT64)));
            }
        }
    }

    private static boolean readable(Tensor tensor) {
        return VectorModule.PRESENT && (plain(tensor, DType.FLOAT32) || plain(tensor, DType.BFLOAT16));
    }

    private static boolean plain(Tensor tensor, DType dtype) {
        return tensor.dtype() == dtype && !tensor.raw().is_cuda() && tensor.raw().is_contiguous();
    }

    private static void requireShape(Tensor weight, Tensor other, String role) {
        if (!Arrays.equals(weight.shape(), other.shape())) {
            throw new IllegalArgumentException("optimizer step: the " + role + " is " + other.describe()
                    + ", expected the shape of the weight, " + weight.describe());
        }
    }
}
