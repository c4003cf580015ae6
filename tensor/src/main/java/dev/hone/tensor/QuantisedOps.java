package dev.hone.tensor;

import java.util.List;
import java.util.Optional;

/**
 * Products with frozen quantised weights. A weight is dequantised for a product, into scratch memory of bounded size that is
 * freed right after, and again for the gradient: no dense weight outlives the product that reads it (QLoRA, arXiv
 * 2305.14314, equation 5). The weight itself gets no gradient.
 */
public final class QuantisedOps {
    /** Bytes of dense weight at a time: what is written is read again from the cache. Larger was slower by half. */
    private static final long FORWARD = 4L << 20;
    /** More for the gradient, where each piece of the weight adds to the whole of it. */
    private static final long BACKWARD = 16L << 20;
    /** Rows of x up to which codes are multiplied as they are read; from three on the product of dense rows is faster. */
    private static final long FEW = 2;

    private QuantisedOps() {}

    /**
     * x [T, I] × weightᵀ [O, I] + bias → [T, O].
     *
     * @param parts matrices of I columns whose rows, end to end, are the weight's
     * @param bias [O], of the type of x
     */
    public static Tensor linear(Tape tape, Tensor x, List<? extends QuantisedMatrix> parts, Optional<Parameter> bias) {
        requireFits(x, parts, bias);
        Tensor y = Scope.tidy(() -> forward(x, parts, bias));
        if (!tape.tracks(x) && bias.filter(Parameter::trainable).isEmpty()) {
            return y;
        }
        return tape.record(y, gradient -> {
            bias.filter(Parameter::trainable).ifPresent(b -> b.accumulate(Ops.columnSums(gradient)));
            if (tape.tracks(x)) {
                tape.give(x, inputGradient(gradient, parts));
            }
        });
    }

    /**
     * x [T, I] × weightᵀ [O, I] → [T, O], on no tape.
     *
     * @param parts as of {@link #linear}
     */
    public static Tensor product(Tensor x, List<? extends QuantisedMatrix> parts) {
        requireFits(x, parts, Optional.empty());
        return Scope.tidy(() -> forward(x, parts, Optional.empty()));
    }

    /**
     * The gradient of the rows, [T, I], from that of the product, [T, O]; on no tape.
     *
     * @param parts as of {@link #linear}
     */
    public static Tensor inputGradient(Tensor gradient, List<? extends QuantisedMatrix> parts) {
        if (parts.isEmpty() || gradient.rank() != 2
                || gradient.size(1) != parts.stream().mapToLong(QuantisedMatrix::rows).sum()) {
            throw new IllegalArgumentException("input gradient of " + gradient.describe() + " and " + parts
                    + ": expected the gradient of a product [T, O], O the rows of all matrices");
        }
        return Scope.tidy(() -> backward(gradient, parts));
    }

    private static void requireFits(Tensor x, List<? extends QuantisedMatrix> parts, Optional<Parameter> bias) {
        long outputs = parts.stream().mapToLong(QuantisedMatrix::rows).sum();
        boolean fits = !parts.isEmpty() && x.rank() == 2
                && parts.stream().allMatch(part -> part.columns() == x.size(1) && part.device().equals(x.device()))
                && bias.stream().allMatch(b -> b.value().count() == outputs);
        if (!fits) {
            throw new IllegalArgumentException("linear of " + x.describe() + " and " + parts
                    + ": expected rows [T, I], matrices of I columns on the same device"
                    + " and a bias for each of their rows");
        }
    }

    private static Tensor forward(Tensor x, List<? extends QuantisedMatrix> parts, Optional<Parameter> bias) {
        if (x.size(0) <= FEW && VectorModule.serves(x) && parts.stream().allMatch(QuantisedOps::servesRows)) {
            Tensor y = VectorRows.products(x, parts);
            bias.ifPresent(b -> y.addInPlace(b.value()));
            return y;
        }
        List<Tensor> products = parts.stream().map(part -> Scope.tidy(() -> product(x, part))).toList();
        Tensor y = products.size() == 1 ? products.getFirst() : Tensors.cat(products, 1);
        bias.ifPresent(b -> y.addInPlace(b.value()));
        return y;
    }

    private static boolean servesRows(QuantisedMatrix matrix) { return matrix.rowStep() == 1 && VectorRows.serves(); }

    private static Tensor product(Tensor x, QuantisedMatrix weight) {
        long step = step(weight, x.dtype(), FORWARD);
        if (step >= weight.rows()) {
            return x.matmul(weight.dequantised(x.dtype()).t());
        }
        Tensor y = Tensors.empty(x.dtype(), x.device(), x.size(0), weight.rows());
        Tensor scratch = Tensors.empty(x.dtype(), x.device(), step, weight.columns());
        for (long first = 0; first < weight.rows(); first += step) {
            try (Scope scope = Scope.open()) {
                Tensor dense = part(weight, first, scratch);
                y.narrow(1, first, dense.size(0)).copyFrom(x.matmul(dense.t()));
            }
        }
        return y;
    }

    /** ∂L/∂x [T, I] of ∂L/∂y [T, O]; what the pieces give is summed in float32, so it is as exact as one product. */
    private static Tensor backward(Tensor gradient, List<? extends QuantisedMatrix> parts) {
        DType dtype = gradient.dtype();
        DType wide = dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        Tensor byX = Tensors.zeros(wide, gradient.device(), gradient.size(0), parts.getFirst().columns());
        long column = 0;
        for (QuantisedMatrix weight : parts) {
            long step = Math.min(step(weight, dtype, BACKWARD), weight.rows());
            try (Scope scope = Scope.open()) {
                Tensor scratch = Tensors.empty(dtype, gradient.device(), step, weight.columns());
                for (long first = 0; first < weight.rows(); first += step) {
                    try (Scope inner = Scope.open()) {
                        Tensor dense = part(weight, first, scratch);
                        byX.addInPlace(gradient.narrow(1, column + first, dense.size(0)).matmul(dense));
                    }
                }
            }
            column += weight.rows();
        }
        return byX.to(dtype);
    }

    private static Tensor part(QuantisedMatrix weight, long first, Tensor scratch) {
        Tensor dense = scratch.narrow(0, 0, Math.min(scratch.size(0), weight.rows() - first));
        weight.dequantiseInto(first, dense);
        return dense;
    }

    /** Rows that the scratch memory holds. */
    private static long step(QuantisedMatrix weight, DType dtype, long bytes) {
        long fitting = bytes / dtype.bytes() / weight.columns();
        return Math.max(1, fitting / weight.rowStep()) * weight.rowStep();
    }
}
