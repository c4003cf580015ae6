package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One layer: attention and feed-forward, each on normalised rows and added to what came in.
 *
 * @param index which layer
 * @param spec the model
 * @param attentionNorm before attention
 * @param projection to queries, keys and values
 * @param headNorms per-head norms of queries and keys
 * @param output after attention
 * @param feedForwardNorm before the feed-forward
 * @param in to the inner columns (gate and up, or one)
 * @param out back to D
 */
record DecoderLayer(int index, ModelSpec spec, NormLayer attentionNorm, Linear projection,
        Optional<HeadNorms> headNorms,
        Linear output, NormLayer feedForwardNorm, Linear in, Linear out) {

    /**
     * [T, D] → [T, D].
     *
     * @param recomputedInner whether the inside of the feed-forward runs again in backward instead of being kept
     */
    Tensor forward(Tape tape, Tensor x, Attending attending, boolean recomputedInner) {
        Tensor qkv = projection.apply(tape, attentionNorm.apply(tape, x));
        Tensor normed = headNorms.map(norms -> norms.apply(tape, qkv, spec.attention())).orElse(qkv);
        Tensor heads = attending.attend(tape, normed, index);
        tape.forget(normed);
        Tensor middle = addTo(tape, x, output.apply(tape, heads));
        return addTo(tape, middle,
                recomputedInner ? tape.checkpoint(middle, this::feedForward) : feedForward(tape, middle));
    }

    private Tensor feedForward(Tape tape, Tensor middle) {
        Tensor inner = in.apply(tape, feedForwardNorm.apply(tape, middle));
        Tensor active = spec.feedForward().gated() ? Ops.swiglu(tape, inner) : Ops.geluTanh(tape, inner);
        return out.apply(tape, active);
    }

    /** The residual connection; the gradient of a sum and of a product does not read what was added. */
    private Tensor addTo(Tape tape, Tensor x, Tensor change) {
        Tensor sum = tape.add(x, Ops.dropout(tape, change, spec.dropout().residual()));
        tape.forget(change);
        return sum;
    }

    Stream<Linear> linears() { return Stream.of(projection, output, in, out); }

    Stream<NormLayer> norms() {
        return Stream.of(Stream.of(attentionNorm), headNorms.stream().flatMap(HeadNorms::norms),
                Stream.of(feedForwardNorm)).flatMap(stream -> stream);
    }

    Stream<QuantisedWeight> quantised() { return Stream.of(projection, output, in, out).flatMap(Linear::quantised); }

    /** What it computes with, the adapter's that is on included. */
    Stream<Parameter> current() {
        return Modules.current(linears(), norms());
    }

    Stream<Parameter> parameters() {
        return Stream.of(attentionNorm.parameters(), projection.parameters(),
                headNorms.stream().flatMap(HeadNorms::parameters), output.parameters(), feedForwardNorm.parameters(),
                in.parameters(), out.parameters()).flatMap(stream -> stream);
    }
}
