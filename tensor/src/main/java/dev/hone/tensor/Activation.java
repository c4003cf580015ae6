package dev.hone.tensor;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.global.torch;

/** Elementwise functions between two projections, each with its gradient. */
public enum Activation {
    /** x·Φ(x) with the error function (arXiv 1606.08415), as encoders have it ("gelu"). */
    GELU {
        @Override
        public Tensor apply(Tape tape, Tensor x) { return gelu(tape, x, "none"); }
    },
    /** GELU in its tanh form ("gelu_new"). */
    GELU_TANH {
        @Override
        public Tensor apply(Tape tape, Tensor x) { return gelu(tape, x, "tanh"); }
    },
    /** max(x, 0). */
    RELU {
        @Override
        public Tensor apply(Tape tape, Tensor x) {
            Tensor y = x.clampMin(0);
            return recorded(tape, x, y, gradient -> gradient.mul(y.gt(0).to(gradient.dtype())));
        }
    },
    /** Hyperbolic tangent. */
    TANH {
        @Override
        public Tensor apply(Tape tape, Tensor x) {
            Tensor y = x.tanh();
            return recorded(tape, x, y, gradient -> gradient.sub(gradient.mul(y.square())));
        }
    };

    /** f(x), of the shape and type of x. */
    public abstract Tensor apply(Tape tape, Tensor x);

    private static Tensor gelu(Tape tape, Tensor x, String form) {
        return recorded(tape, x, Tensor.wrap(torch.gelu(x.raw(), form)),
                gradient -> Tensor.wrap(torch.gelu_backward(gradient.raw(), x.raw(), form)));
    }

    private static Tensor recorded(Tape tape, Tensor x, Tensor y, UnaryOperator<Tensor> derivative) {
        return tape.tracks(x) ? tape.record(y, gradient -> tape.give(x, derivative.apply(gradient))) : y;
    }
}
