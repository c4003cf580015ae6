package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A family of either kind, as a model with a score head needs it.
 *
 * @param label how Hugging Face's classes of the family begin
 * @param names how folders may spell its tensors
 * @param head its score head
 * @param pooling which hidden state Hugging Face scores
 * @param body makes its backbone
 */
record ScoreFamily(String label, StoredNames names, HeadPlan head, Pooling pooling, Body body) {

    /** Makes a backbone from a source that the caller finishes. */
    @FunctionalInterface
    interface Body {
        Backbone make(HubConfig config, ParameterSource source, DType dtype, Device device);
    }

    static ScoreFamily of(HubConfig config) {
        return EncoderFamilies.of(config).map(family -> encoder(config, family)).orElseGet(() -> decoder(config));
    }

    private static ScoreFamily encoder(HubConfig config, EncoderFamilies.Family family) {
        return new ScoreFamily(family.label(), family.names().stored(), family.head().apply(config), Pooling.FIRST,
                (c, source, dtype, device) -> new Encoder(c, family, source, dtype, device));
    }

    private static ScoreFamily decoder(HubConfig config) {
        if (!Families.known().contains(config.modelType())) {
            throw config.wrong("model_type", config.modelType(), "one of "
                    + Stream.concat(Families.known().stream(), EncoderFamilies.known().stream()).sorted()
                            .collect(Collectors.joining(", ")));
        }
        Families.Family family = Families.of(config);
        return new ScoreFamily(family.label(), family.names().stored(), HeadPlan.DECODER, Pooling.LAST, Decoder::body);
    }
}
