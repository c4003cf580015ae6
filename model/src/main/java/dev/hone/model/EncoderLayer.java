package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * One layer of an encoder: attention and feed-forward, each added to what came in and then normalised.
 *
 * @param index which layer
 * @param spec the model
 * @param projection to queries, keys and values
 * @param output after attention
 * @param attentionNorm after attention's residual
 * @param in to the inner columns
 * @param out back to D
 * @param outNorm after the feed-forward's residual
 */
record EncoderLayer(int index, EncoderSpec spec, Linear projection, Linear output, NormLayer attentionNorm, Linear in,
        Linear out, NormLayer outNorm) {

    /**
     * [T, D] → [T, D].
     *
     * @param recomputedInner whether the inside of the feed-forward runs again in backward instead of being kept
     */
    Tensor forward(Tape tape, Tensor x, Attending attending, boolean recomputedInner) {
        Tensor attended = output.apply(tape, attending.attend(tape, projection.apply(tape, x), index));
        Tensor middle = attentionNorm.apply(tape, tape.add(x, dropped(tape, attended)));
        Tensor change = recomputedInner ? tape.checkpoint(middle, this::feedForward) : feedForward(tape, middle);
        return outNorm.apply(tape, tape.add(middle, dropped(tape, change)));
    }

    private Tensor feedForward(Tape tape, Tensor middle) {
        return out.apply(tape, spec.feedForward().activation().apply(tape, in.apply(tape, middle)));
    }

    private Tensor dropped(Tape tape, Tensor x) { return Ops.dropout(tape, x, spec.dropout().residual()); }

    Stream<Linear> linears() { return Stream.of(projection, output, in, out); }

    Stream<NormLayer> norms() { return Stream.of(attentionNorm, outNorm); }

    Stream<QuantisedWeight> quantised() { return Stream.of(projection, output, in, out).flatMap(Linear::quantised); }

    /** What it computes with, the adapter's that is on included. */
    Stream<Parameter> current() {
        return Modules.current(linears(), norms());
    }

    Stream<Parameter> parameters() {
        return Stream.of(projection.parameters(), output.parameters(), attentionNorm.parameters(), in.parameters(),
                out.parameters(), outNorm.parameters()).flatMap(stream -> stream);
    }

    static EncoderLayer make(int index, EncoderSpec spec, EncoderNames.LayerNames names, ParameterSource source) {
        String prefix = names.prefix().formatted(index);
        long hidden = spec.size().hidden();
        long width = spec.feedForward().width();
        ParameterSource.Start start = new ParameterSource.Normal(spec.initialDeviation());
        ModelSpec.Norm norm = new ModelSpec.Norm(false, spec.epsilon());
        return new EncoderLayer(index, spec,
                Linear.make(source, shape(prefix, names.projections(), hidden, hidden), start),
                Linear.make(source, shape(prefix, List.of(names.output()), hidden, hidden), start),
                NormLayer.make(source, prefix + names.attentionNorm(), hidden, norm),
                Linear.make(source, shape(prefix, List.of(names.in()), width, hidden), start),
                Linear.make(source, shape(prefix, List.of(names.out()), hidden, width), start),
                NormLayer.make(source, prefix + names.outNorm(), hidden, norm));
    }

    private static Linear.Shape shape(String prefix, List<String> names, long outputs, long inputs) {
        return new Linear.Shape(names.stream().map(name -> prefix + name).toList(),
                java.util.Collections.nCopies(names.size(), outputs), inputs, true, false);
    }
}
