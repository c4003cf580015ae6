package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A normalisation with its weights: root-mean-square without a bias, layer norm with one.
 *
 * @param weight [D]
 * @param bias [D]
 * @param epsilon added under the root
 */
record NormLayer(Held weight, Optional<Held> bias, double epsilon) {

    Tensor apply(Tape tape, Tensor x) {
        return bias.isPresent()
                ? Ops.layerNorm(tape, x, weight.now(), bias.get().now(), epsilon)
                : Ops.rmsNorm(tape, x, weight.now(), epsilon);
    }

    Stream<Held> helds() { return Stream.concat(Stream.of(weight), bias.stream()); }

    Stream<Parameter> parameters() { return helds().flatMap(Held::parameters); }

    static NormLayer make(ParameterSource source, String name, long width, ModelSpec.Norm norm) {
        Held weight = new Held(source.make(List.of(new ParameterSource.Part(name + ".weight", width)),
                new ParameterSource.Constant(1)));
        Optional<Held> bias = norm.rms()
                ? Optional.empty()
                : Optional.of(new Held(source.make(List.of(new ParameterSource.Part(name + ".bias", width)),
                        new ParameterSource.Constant(0))));
        return new NormLayer(weight, bias, norm.epsilon());
    }
}
