package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model is made of, counted from its configuration alone: no weight is read or made. Counts are numbers, not bytes.
 *
 * @param tables embeddings
 * @param head a language-model head of its own; 0 where it is the embedding, or there is none
 * @param projections of the layers, by shape
 * @param rest norms, biases
 * @param load what a token costs
 * @param vocabulary V
 * @param positions the longest sequence, 0 where the configuration does not say
 * @param cachedPerToken keys and values of all layers
 * @param above the numbers of each layer, the lowest first, then those of the last norm and a head of its own
 */
public record Census(long tables, long head, List<Projection> projections, long rest, Load load, int vocabulary,
        int positions, long cachedPerToken, List<Long> above) {
    private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");

    public Census {
        projections = List.copyOf(projections);
        above = List.copyOf(above);
    }

    /**
     * A matrix of a layer.
     *
     * @param name as files have it
     * @param joint whether it reads its rows together with the one before it
     */
    public record Projection(String name, long outputs, long inputs, boolean joint) {
        public long count() { return outputs * inputs; }
    }

    /**
     * Counts a causal language model, or an encoder's backbone.
     *
     * @throws ModelException for a family that is not known, or a configuration that lacks what its family needs
     */
    public static Census of(HubConfig config) {
        Counting counting = new Counting();
        try (Backbone backbone = ScoreFamily.of(config).body().make(config, counting, DType.BFLOAT16, Device.CPU)) {
            return switch (backbone) {
                case Decoder decoder -> counting.census(decoder.load(), decoder.vocabulary(),
                        decoder.spec().size().positions(),
                        (decoder.spec().embedding().tiedHead()
                                ? 0
                                : (long) decoder.vocabulary() * decoder.width()),
                        2L * decoder.spec().size().layers() * decoder.spec().attention().keyHeads()
                                * decoder.spec().attention().headSize());
                case Encoder encoder -> counting.census(encoder.load(), encoder.vocabulary(), encoder.spec().longest(),
                        0, 0);
            };
        }
    }

    /** All numbers. */
    public long parameters() { return tables + head + projected() + rest; }

    /** Those in the layers' matrices, which can be quantised. */
    public long projected() {
        return projections.stream().mapToLong(Projection::count).sum();
    }

    /** Numbers of the top layers, with the last norm and a head of its own: those that train where all below is frozen. */
    public long top(int layers) {
        int first = Math.max(0, above.size() - 1 - layers);
        return above.subList(first, above.size()).stream().mapToLong(Long::longValue).sum();
    }

    /** Numbers of a LoRA adapter of rank r on every matrix of the layers. */
    public long adapter(int r) {
        return projections.stream().mapToLong(each -> r * (each.outputs() + each.inputs())).sum();
    }

    /** Numbers that a LoRA adapter on every matrix makes a token keep in all layers. */
    public long adapterActivations(int r, boolean dropout) {
        long masks = projections.stream().filter(each -> !each.joint()).mapToLong(Projection::inputs).sum();
        return (long) r * projections.size() + (dropout ? masks : 0);
    }

    /** The same model with a score head of one label in place of the language-model head. */
    public Census scoring() {
        long scores = load.hidden() + 1L;
        List<Long> others = new ArrayList<>(above);
        others.set(others.size() - 1, others.getLast() - head + scores);
        return new Census(tables, 0, projections, rest + scores, load, vocabulary, positions, cachedPerToken, others);
    }

    /** Notes what is asked for and gives placeholders of one number. */
    private static final class Counting implements ParameterSource {
        private final List<Projection> projections = new ArrayList<>();
        private final TreeMap<Integer, Long> layers = new TreeMap<>();
        private long tables;
        private long rest;

        @Override
        public Parameter make(List<Part> parts, Start start) {
            for (Part part : parts) {
                long count = java.util.Arrays.stream(part.shape()).reduce(1, (a, b) -> a * b);
                Matcher layer = LAYER.matcher(part.name());
                if (layer.find()) {
                    layers.merge(Integer.valueOf(layer.group(1)), count, Long::sum);
                } else if (part.shape().length < 2) {
                    layers.merge(Integer.MAX_VALUE, count, Long::sum);
                }
                if (part.shape().length < 2) {
                    rest += count;
                } else if (part.name().matches(".*\\.\\d+\\..*")) {
                    projections.add(new Projection(part.name(), part.shape()[0], part.shape()[1],
                            part != parts.getFirst()));
                } else {
                    tables += count;
                }
            }
            try (Scope scope = Scope.open()) {
                return new Parameter(parts.getFirst().name(), Tensors.zeros(DType.BFLOAT16, 1));
            }
        }

        @Override
        public void finish() {}

        Census census(Load load, int vocabulary, int positions, long head, long cached) {
            layers.merge(Integer.MAX_VALUE, head, Long::sum);
            return new Census(tables, head, projections, rest, load, vocabulary, positions, cached,
                    List.copyOf(layers.values()));
        }
    }
}
