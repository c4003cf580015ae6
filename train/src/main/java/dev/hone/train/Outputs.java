package dev.hone.train;

import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What models made of some rows.
 *
 * @param recorded what a loss is differentiated by, as it stands on the tape: log-probs or scores first, then values
 * @param observed what is only looked at, each with as many entries as it has
 */
record Outputs(List<Recorded> recorded, List<Tensor> observed) {
    Outputs {
        recorded = List.copyOf(recorded);
        observed = List.copyOf(observed);
    }

    /** One tensor on a tape. */
    Outputs(Tensor recorded, long count, List<Tensor> observed) {
        this(List.of(new Recorded(recorded, count)), observed);
    }

    /**
     * A tensor on a tape.
     *
     * @param tensor [C, …]; what fills up a shape comes last
     * @param count how many of its first entries are real
     */
    record Recorded(Tensor tensor, long count) {
        private Recorded real() { return new Recorded(tensor.narrow(0, 0, count), count); }

        private Recorded leaf() { return new Recorded(real().tensor().leaf(), count); }

        /** A gradient by the real entries as one by all of them. */
        private Tensor padded(Tensor gradient) {
            if (tensor.size(0) == count) {
                return gradient;
            }
            Tensor whole = Tensors.zerosLike(tensor);
            whole.narrow(0, 0, count).copyFrom(gradient);
            return whole;
        }
    }

    /**
     * Where the entries of a part stand among those of all parts.
     *
     * @param from the first entry of each recorded tensor
     */
    record Place(long[] from) {
        static final Place START = new Place(new long[0]);

        long of(int index) { return index < from.length ? from[index] : 0; }
    }

    /** Log-probs or scores. */
    Tensor first() { return recorded.getFirst().tensor(); }

    /** Without what fills up shapes. */
    Outputs real() {
        return new Outputs(recorded.stream().map(Recorded::real).toList(), observed);
    }

    /** The real entries as leaves for libtorch's differentiation. */
    Outputs leaf() {
        return new Outputs(recorded.stream().map(Recorded::leaf).toList(), observed);
    }

    /**
     * Gives the tape the gradients that leaves have collected.
     *
     * @param leaf of these outputs, or of several among which they stand
     * @param place where they stand
     * @return the place of the outputs behind them
     */
    Place give(Tape tape, Outputs leaf, Place place) {
        long[] next = new long[recorded.size()];
        for (int i = 0; i < next.length; i++) {
            Recorded own = recorded.get(i);
            Tensor gradient = leaf.recorded().get(i).tensor().gradOrZeros(); // a loss may leave some out
            boolean whole = gradient.size(0) == own.count();
            tape.give(own.tensor(), own.padded(whole ? gradient : gradient.narrow(0, place.of(i), own.count()).copy()));
            next[i] = place.of(i) + own.count();
        }
        return new Place(next);
    }

    /** Outputs of several micro-batches, end to end. */
    static Outputs joined(List<Outputs> parts) {
        List<Recorded> whole = IntStream.range(0, parts.getFirst().recorded().size()).mapToObj(i -> {
            Tensor all = Tensors.cat(parts.stream().map(part -> part.recorded().get(i).real().tensor()).toList(), 0);
            return new Recorded(all, all.size(0));
        }).toList();
        List<Tensor> seen = IntStream.range(0, parts.getFirst().observed().size())
                .mapToObj(i -> Tensors.cat(parts.stream().map(part -> part.observed().get(i)).toList(), 0)).toList();
        return new Outputs(whole, seen);
    }
}
