package dev.hone.train;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model made of some rows.
 *
 * @param recorded what a loss is differentiated by, as it stands on the tape; what fills up a shape comes last
 * @param count how many of its first entries are real
 * @param observed what is only looked at, each with as many entries as it has
 */
record Outputs(Tensor recorded, long count, List<Tensor> observed) {
    Outputs {
        observed = List.copyOf(observed);
    }

    /** The real entries as a leaf for libtorch's differentiation. */
    Outputs leaf() {
        return new Outputs(recorded.narrow(0, 0, count).leaf(), count, observed);
    }

    /** The gradient by {@link #recorded} from that by the real entries. */
    Tensor padded(Tensor gradient) {
        if (recorded.size(0) == count) {
            return gradient;
        }
        Tensor whole = Tensors.zerosLike(recorded);
        whole.narrow(0, 0, count).copyFrom(gradient);
        return whole;
    }

    /** Outputs of several micro-batches, end to end. */
    static Outputs joined(List<Outputs> parts) {
        List<Tensor> real = parts.stream().map(part -> part.recorded().narrow(0, 0, part.count())).toList();
        List<Tensor> seen = IntStream.range(0, parts.getFirst().observed().size())
                .mapToObj(i -> Tensors.cat(parts.stream().map(part -> part.observed().get(i)).toList(), 0)).toList();
        Tensor all = Tensors.cat(real, 0);
        return new Outputs(all, all.size(0), seen);
    }
}
