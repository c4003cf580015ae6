package dev.hone.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The differentiable ops that language models are made of, each with its gradient written beside it. Inputs are rows
 * [T, …]; statistics are taken in float32 whatever the type of the rows.
 */
public final class Ops {
    private Ops() {}

    /** Rows [T, D] of a table [V, D] by int64 ids [T]. */
    public static Tensor embedding(Tape tape, Parameter table, Tensor ids) {
        Tensor rows = table.value().indexSelect(0, ids);
        return table.trainable() ? tape.record(rows, gradient -> table.accumulateRows(ids, gradient)) : rows;
    }

    /** x [T, I] × weightᵀ [O, I] + bias → [T, O]. */
    public static Tensor linear(Tape tape, Tensor x, Parameter weight, Optional<Parameter> bias) {
        return affine(tape, x, weight, bias, true);
    }

    /** As {@link #linear} for a weight stored [I, O], as GPT-2's Conv1D stores it. */
    public static Tensor linearInOut(Tape tape, Tensor x, Parameter weight, Optional<Parameter> bias) {
        return affine(tape, x, weight, bias, false);
    }

    private static Tensor affine(Tape tape, Tensor x, Parameter weight, Optional<Parameter> bias, boolean outIn) {
        Tensor matrix = outIn ? weight.value().t() : weight.value(); // [I, O]
        Tensor y = bias.isPresent() ? bias.get().value().addMatmul(x, matrix) : x.matmul(matrix);
        if (!tape.tracks(x) && !weight.trainable() && bias.filter(Parameter::trainable).isEmpty()) {
            return y;
        }
        return tape.record(y, gradient -> {
            if (weight.trainable()) {
                weight.accumulate(outIn ? gradient.t().matmul(x) : x.t().matmul(gradient));
            }
            bias.filter(Parameter::trainable).ifPresent(b -> b.accumulate(columnSums(gradient)));
            if (tape.tracks(x)) {
                tape.give(x, gradient.matmul(matrix.t()));
            }
        });
    }

    /** In float32 without a wide copy. */
    static Tensor columnSums(Tensor rows) {
        DType wide = rows.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        try (ScalarTypeOptional type = new ScalarTypeOptional(Types.of(wide))) {
            return Tensor.wrap(rows.raw().sum(new long[]{0}, false, type));
        }
    }

    /**
     * Root-mean-square norm (arXiv 1910.07467): x / √(mean x² + ε) · weight, over the last axis.
     *
     * @param x [R, D]
     * @param weight [D]
     */
    public static Tensor rmsNorm(Tape tape, Tensor x, Parameter weight, double epsilon) {
        return VectorModule.serves(x) && VectorModule.serves(weight.value()) && VectorNorm.serves(x)
                ? vectorNorm(tape, x, weight, epsilon)
                : composedNorm(tape, x, weight, epsilon);
    }

    private static Tensor vectorNorm(Tape tape, Tensor x, Parameter weight, double epsilon) {
        Tensor y = Tensors.empty(x.dtype(), x.device(), x.shape());
        float[] inverses = VectorNorm.forward(x, weight.value(), epsilon, y);
        if (!tape.tracks(x) && !weight.trainable()) {
            return y;
        }
        return tape.record(y, gradient -> {
            Tensor byX = Tensors.empty(x.dtype(), x.device(), x.shape());
            float[] byWeight = VectorNorm.backward(
                    new VectorNorm.Given(x, inverses, weight.value(), gradient.contiguous()), byX);
            if (weight.trainable()) {
                weight.accumulate(Tensors.of(byWeight));
            }
            tape.give(x, byX);
        });
    }

    private static Tensor composedNorm(Tape tape, Tensor x, Parameter weight, double epsilon) {
        Tensor inverse = Scope.tidy(() -> x.to(DType.FLOAT32).square().mean(-1, true).add(epsilon).rsqrt()); // [R, 1]
        Tensor y = Scope.tidy(() -> x.to(DType.FLOAT32).mul(inverse).to(x.dtype()).mul(weight.value()));
        if (!tape.tracks(x) && !weight.trainable()) {
            return y;
        }
        return tape.record(y, gradient -> {
            Tensor normed = x.to(DType.FLOAT32).mul(inverse);
            Tensor wide = gradient.to(DType.FLOAT32);
            if (weight.trainable()) {
                weight.accumulate(wide.mul(normed).sum(0, false));
            }
            if (tape.tracks(x)) {
                Tensor inner = wide.mul(weight.value());
                Tensor along = inner.mul(normed).mean(-1, true);
                tape.give(x, inner.sub(normed.mul(along)).mul(inverse).to(x.dtype()));
            }
        });
    }

    /** Layer norm (arXiv 1607.06450) over the last axis of x [R, D]. */
    public static Tensor layerNorm(Tape tape, Tensor x, Parameter weight, Parameter bias, double epsilon) {
        Tensor mean = Scope.tidy(() -> x.to(DType.FLOAT32).mean(-1, true)); // [R, 1]
        Tensor inverse = Scope
                .tidy(() -> x.to(DType.FLOAT32).sub(mean).square().mean(-1, true).add(epsilon).rsqrt()); // [R, 1]
        Tensor y = Scope.tidy(() -> x.to(DType.FLOAT32).sub(mean).mul(inverse).mul(weight.value()).add(bias.value())
                .to(x.dtype()));
        if (!tape.tracks(x) && !weight.trainable()) {
            return y;
        }
        return tape.record(y, gradient -> {
            Tensor normed = x.to(DType.FLOAT32).sub(mean).mul(inverse);
            Tensor wide = gradient.to(DType.FLOAT32);
            if (weight.trainable()) {
                weight.accumulate(wide.mul(normed).sum(0, false));
                bias.accumulate(wide.sum(0, false));
            }
            Tensor inner = wide.mul(weight.value());
            Tensor along = inner.mul(normed).mean(-1, true);
            tape.give(x, inner.sub(inner.mean(-1, true)).sub(normed.mul(along)).mul(inverse).to(x.dtype()));
        });
    }

    /** silu(gate) · up for [gate | up] = x [T, 2F] → [T, F] (arXiv 2002.05202). */
    public static Tensor swiglu(Tape tape, Tensor gateUp) {
        return VectorModule.serves(gateUp) && VectorGlu.serves(gateUp)
                ? vectorGlu(tape, gateUp)
                : composedGlu(tape, gateUp);
    }

    private static Tensor vectorGlu(Tape tape, Tensor gateUp) {
        Tensor y = Tensors.empty(gateUp.dtype(), gateUp.device(), gateUp.size(0), gateUp.size(1) / 2);
        VectorGlu.forward(gateUp, y);
        return tape.record(y, gateUp, gradient -> {
            Tensor whole = Tensors.empty(gateUp.dtype(), gateUp.device(), gateUp.shape());
            VectorGlu.backward(gateUp, gradient.contiguous(), whole);
            tape.give(gateUp, whole);
        });
    }

    private static Tensor composedGlu(Tape tape, Tensor gateUp) {
        long width = gateUp.size(1) / 2;
        Tensor y = Scope.tidy(() -> {
            Tensor active = gateUp.narrow(1, 0, width).silu();
            active.mulInPlace(gateUp.narrow(1, width, width));
            return active;
        });
        return tape.record(y, gateUp, gradient -> {
            Tensor gate = gateUp.narrow(1, 0, width);
            Tensor whole = Tensors.empty(gateUp.dtype(), gateUp.device(), gateUp.shape());
            whole.narrow(1, width, width).copyFrom(gate.silu().mul(gradient));
            Tensor inner = gradient.mul(gateUp.narrow(1, width, width));
            whole.narrow(1, 0, width).copyFrom(Tensor.wrap(torch.silu_backward(inner.raw(), gate.raw())));
            tape.give(gateUp, whole);
        });
    }

    /** GELU in its tanh form (arXiv 1606.08415), as GPT-2 has it ("gelu_new"). */
    public static Tensor geluTanh(Tape tape, Tensor x) {
        Tensor y = Tensor.wrap(torch.gelu(x.raw(), "tanh"));
        return tape.record(y, x,
                gradient -> tape.give(x, Tensor.wrap(torch.gelu_backward(gradient.raw(), x.raw(), "tanh"))));
    }

    /** x + a constant that gets no gradient. */
    public static Tensor addConstant(Tape tape, Tensor x, Tensor constant) {
        return tape.record(x.add(constant), x, gradient -> tape.give(x, gradient.copy()));
    }

    /** Zeroes elements with the given probability and scales the rest up; the identity unless the tape trains. */
    public static Tensor dropout(Tape tape, Tensor x, double probability) {
        if (!tape.isTraining() || probability == 0) {
            return x;
        }
        Tensor keep = tape.randomness().bernoulli(1 - probability, x.dtype(), x.device(), x.shape());
        keep.mulInPlace(1 / (1 - probability));
        return tape.record(x.mul(keep), x, gradient -> tape.give(x, gradient.mul(keep)));
    }

    /** Gradient of a softmax over an axis from the gradient and the value of its result. */
    public static Tensor softmaxBackward(Tensor gradient, Tensor softmax, int axis) {
        return Native.softmaxBackward(gradient, softmax, axis);
    }
}
