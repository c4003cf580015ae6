package dev.hone.model;

import dev.hone.tensor.Device;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Packed rows with learned ones in front of every sequence. A branch shares those of its parent.
 *
 * @param rows all of them, T' in number, with positions counted from the first learned one
 * @param sources [T'] int64: which of the T given rows each is, or T and more for a learned one
 * @param given [T] int64, where the given rows stand
 * @param learned [N·n] int64, where the learned rows stand
 * @param numbers [N·n] int64, which of the n each of them is
 */
record VirtualRows(Rows rows, Tensor sources, Tensor given, Tensor learned, Tensor numbers) {

    /** Puts that many rows in front of every sequence but those that only fill up a shape. */
    static VirtualRows of(Rows given, int count, int vocabulary) {
        Packed packed = given.packed();
        int[] starts = new int[packed.sequences() + 1];
        int[] shared = packed.shared().clone();
        IntStream.Builder sources = IntStream.builder();
        for (int n = 0; n < packed.sequences(); n++) {
            int front = n < given.given() && !packed.isBranch(n) ? count : 0;
            IntStream.range(0, front).forEach(number -> sources.add(packed.tokens() + number));
            IntStream.range(packed.starts()[n], packed.starts()[n + 1]).forEach(sources::add);
            starts[n + 1] = starts[n] + front + packed.starts()[n + 1] - packed.starts()[n];
            shared[n] += packed.isBranch(n) ? count : 0;
        }
        int[] all = sources.build().toArray();
        int[] ids = IntStream.of(all).map(row -> row < packed.tokens() ? packed.ids()[row] : 0).toArray();
        Packed wide = new Packed(ids, starts, new float[ids.length], packed.parents(), shared);
        return place(Rows.widened(wide, given, vocabulary), all, packed.tokens());
    }

    private static VirtualRows place(Rows rows, int[] sources, int tokens) {
        Device device = rows.ids().device();
        int[] places = IntStream.range(0, sources.length).filter(row -> sources[row] < tokens).toArray();
        int[] learned = IntStream.range(0, sources.length).filter(row -> sources[row] >= tokens).toArray();
        int[] numbers = IntStream.of(learned).map(row -> sources[row] - tokens).toArray();
        int[] padded = Arrays.copyOf(sources, rows.tokens());
        return new VirtualRows(rows, index(padded, device), index(places, device), index(learned, device),
                index(numbers, device));
    }

    private static Tensor index(int[] values, Device device) {
        return dev.hone.tensor.Scope.tidy(() -> Tensors.indices(values).to(device));
    }

    /** The given rows of [T', D] alone, [T, D]. */
    Tensor own(Tape tape, Tensor hidden) {
        return tape.record(hidden.indexSelect(0, given), hidden, gradient -> {
            Tensor whole = Tensors.zeros(gradient.dtype(), gradient.device(), hidden.shape());
            whole.indexCopyInPlace(0, given, gradient);
            tape.give(hidden, whole);
        });
    }
}
