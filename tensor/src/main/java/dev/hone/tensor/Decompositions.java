package dev.hone.tensor;

import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/** Decompositions of matrices; without a gradient. */
public final class Decompositions {
    private Decompositions() {}

    /**
     * A = U·diag(S)·Vᵀ, the values falling.
     *
     * @param u [M, K], K the smaller of A's sizes or fewer
     * @param s [K]
     * @param vt [K, N]
     */
    public record Singular(Tensor u, Tensor s, Tensor vt) {}

    /** All singular values and vectors of a matrix [M, N], float32 or float64. */
    public static Singular singular(Tensor matrix) {
        try (StringViewOptional usual = new StringViewOptional();
                T_TensorTensorTensor_T parts = torch.linalg_svd(matrix.raw(), false, usual)) {
            return new Singular(Calls.handle(parts.get0()), Calls.handle(parts.get1()), Calls.handle(parts.get2()));
        }
    }

    /**
     * About the {@code count} largest singular values and their vectors, from a random range of A refined by power
     * iterations (arXiv 0909.4061, algorithms 4.4 and 5.1).
     *
     * @param start [N, count] random
     */
    public static Singular largest(Tensor matrix, Tensor start, int iterations) {
        Tensor range = orthonormal(matrix.matmul(start));
        for (int i = 0; i < iterations; i++) {
            range = orthonormal(matrix.matmul(orthonormal(matrix.t().matmul(range))));
        }
        Singular small = singular(range.t().matmul(matrix));
        return new Singular(range.matmul(small.u()), small.s(), small.vt());
    }

    /** A basis of a matrix's columns: its columns are orthonormal. */
    private static Tensor orthonormal(Tensor matrix) {
        try (T_TensorTensor_T parts = torch.linalg_qr(matrix.raw())) {
            return Calls.handle(parts.get0());
        }
    }
}
