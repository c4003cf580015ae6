package dev.hone.model;

import dev.hone.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/** Makes the pieces of a {@link Decoder} from a source of parameters: which tensors there are, their names and shapes. */
final class DecoderParts {
    private final ModelSpec spec;
    private final TensorNames names;
    private final ParameterSource source;
    private final ParameterSource.Start start;

    DecoderParts(ModelSpec spec, TensorNames names, ParameterSource source) {
        this.spec = spec;
        this.names = names;
        this.source = source;
        this.start = new ParameterSource.Normal(spec.initialDeviation());
    }

    Parameter embedding() { return table(names.embedding(), spec.size().vocabulary()); }

    Optional<Parameter> positions() { return names.positions().map(name -> table(name, spec.size().positions())); }

    Parameter head() { return table(TensorNames.HEAD, spec.size().vocabulary()); }

    NormLayer finalNorm() { return NormLayer.make(source, names.finalNorm(), spec.size().hidden(), spec.norm()); }

    private Parameter table(String name, long rows) {
        return source.make(List.of(new ParameterSource.Part(name, rows, spec.size().hidden())), start);
    }

    DecoderLayer layer(int index) {
        String prefix = names.layer().formatted(index);
        TensorNames.AttentionNames attention = names.attention();
        TensorNames.FeedForwardNames feedForward = names.feedForward();
        long hidden = spec.size().hidden();
        return new DecoderLayer(index, spec, norm(prefix + attention.norm()), projection(prefix), headNorms(prefix),
                linear(prefix, List.of(attention.output()), List.of(hidden),
                        (long) spec.attention().heads() * spec.attention().headSize(),
                        spec.attention().bias() == ModelSpec.Bias.ALL, backStart()),
                norm(prefix + feedForward.norm()), inner(prefix),
                linear(prefix, List.of(feedForward.out()), List.of(hidden), spec.feedForward().width(),
                        spec.feedForward().bias(), backStart()));
    }

    private Linear projection(String prefix) {
        ModelSpec.Attention attention = spec.attention();
        long queries = (long) attention.heads() * attention.headSize();
        long keys = (long) attention.keyHeads() * attention.headSize();
        List<String> projections = names.attention().projections();
        List<Long> outputs = projections.size() == 1 ? List.of(queries + 2 * keys) : List.of(queries, keys, keys);
        return linear(prefix, projections, outputs, spec.size().hidden(), attention.bias() != ModelSpec.Bias.NONE,
                start);
    }

    private Linear inner(String prefix) {
        long width = spec.feedForward().width();
        List<String> in = names.feedForward().in();
        return linear(prefix, in, java.util.Collections.nCopies(in.size(), width), spec.size().hidden(),
                spec.feedForward().bias(), start);
    }

    private Linear linear(String prefix, List<String> all, List<Long> outputs, long inputs, boolean bias,
            ParameterSource.Start fresh) {
        List<String> full = all.stream().map(name -> prefix + name).toList();
        return Linear.make(source, new Linear.Shape(full, outputs, inputs, bias, names.inOut()), fresh);
    }

    /** GPT-2 starts the projections back into the residual stream smaller, by √(2L). */
    private ParameterSource.Start backStart() {
        return spec.norm().rms()
                ? start
                : new ParameterSource.Normal(spec.initialDeviation() / Math.sqrt(2.0 * spec.size().layers()));
    }

    private Optional<HeadNorms> headNorms(String prefix) {
        if (!spec.attention().headNorm()) {
            return Optional.empty();
        }
        List<String> both = names.attention().headNorms();
        long size = spec.attention().headSize();
        return Optional.of(new HeadNorms(NormLayer.make(source, prefix + both.getFirst(), size, spec.norm()),
                NormLayer.make(source, prefix + both.getLast(), size, spec.norm())));
    }

    private NormLayer norm(String name) { return NormLayer.make(source, name, spec.size().hidden(), spec.norm()); }
}
