package dev.hone.model;

import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Which row of hidden states stands for a sequence. Sequences are packed, so no padding takes part. */
public enum Pooling {
    /** The last token, which alone has seen all others in a decoder. */
    LAST {
        @Override
        Tensor pool(Tape tape, Tensor hidden, int[] starts) {
            return rows(tape, hidden, starts, n -> starts[n + 1] - 1);
        }
    },
    /** The first token, which stands for the whole in an encoder. */
    FIRST {
        @Override
        Tensor pool(Tape tape, Tensor hidden, int[] starts) { return rows(tape, hidden, starts, n -> starts[n]); }
    },
    /** The mean over all tokens. */
    MEAN {
        @Override
        Tensor pool(Tape tape, Tensor hidden, int[] starts) { return means(tape, hidden, starts); }
    };

    /**
     * One row per sequence.
     *
     * @param hidden [T, D]; sequences after the last of {@code starts} are left out
     * @param starts [N+1]
     * @return [N, D]
     */
    abstract Tensor pool(Tape tape, Tensor hidden, int[] starts);

    private static Tensor rows(Tape tape, Tensor hidden, int[] starts, IntUnaryOperator rowOf) {
        requireTokens(starts);
        int[] rows = IntStream.range(0, starts.length - 1).map(rowOf).toArray();
        Tensor index = Scope.tidy(() -> Tensors.indices(rows).to(hidden.device()));
        return tape.record(hidden.indexSelect(0, index), gradient -> {
            Tensor whole = Tensors.zerosLike(hidden);
            whole.indexCopyInPlace(0, index, gradient);
            tape.give(hidden, whole);
        });
    }

    private static Tensor means(Tape tape, Tensor hidden, int[] starts) {
        requireTokens(starts);
        int sequences = starts.length - 1;
        int tokens = starts[sequences];
        int[] owners = new int[tokens];
        float[] shares = new float[sequences];
        for (int n = 0; n < sequences; n++) {
            Arrays.fill(owners, starts[n], starts[n + 1], n);
            shares[n] = 1f / (starts[n + 1] - starts[n]);
        }
        var wide = ScalarHead.wide(hidden.dtype());
        Tensor owner = Scope.tidy(() -> Tensors.indices(owners).to(hidden.device()));
        Tensor share = Scope.tidy(() -> Tensors.of(shares, sequences, 1).to(wide).to(hidden.device()));
        Tensor means = Scope.tidy(() -> {
            Tensor sums = Tensors.zeros(wide, hidden.device(), sequences, hidden.size(1));
            sums.indexAddInPlace(0, owner, hidden.narrow(0, 0, tokens).to(wide));
            return sums.mul(share);
        });
        return tape.record(means, gradient -> {
            Tensor whole = Tensors.zerosLike(hidden);
            whole.narrow(0, 0, tokens).copyFrom(gradient.mul(share).indexSelect(0, owner));
            tape.give(hidden, whole);
        });
    }

    private static void requireTokens(int[] starts) {
        for (int n = 0; n + 1 < starts.length; n++) {
            if (starts[n + 1] <= starts[n]) {
                throw new ModelException("sequence " + n + " of the batch is empty: expected at least one token, whose"
                        + " hidden state is scored");
            }
        }
    }
}
