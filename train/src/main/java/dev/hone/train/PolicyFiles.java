package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Need;
import dev.hone.objective.ReferenceSync;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Opens a policy and its reference for lessons that read answers token by token. */
record PolicyFiles(ModelSettings model, ReferenceSettings reference, Tokenizer tokenizer) {

    Decoder policy(DType dtype, Device device) { return open(model.model(), dtype, device); }

    private Decoder open(Path folder, DType dtype, Device device) {
        Decoder decoder = Decoder.load(folder, dtype, device);
        try {
            decoder.requireFits(tokenizer.vocabulary());
            return decoder;
        } catch (RuntimeException e) {
            decoder.close();
            throw e;
        }
    }

    /** Asks the reference something before the first step: the policy itself, unless another model is named. */
    <T> T ask(Decoder policy, Function<Decoder, T> question) {
        if (reference.refModel().isEmpty()) {
            return question.apply(policy);
        }
        try (Decoder other = open(reference.refModel().get(), policy.dtype(), policy.device())) {
            return question.apply(other);
        }
    }

    /** The reader of a policy, beside which a reference runs where it moves. */
    CompletionReader reader(Decoder policy, HiddenOptions options, Set<Need> needs, ReferenceSync sync) {
        boolean moves = sync.syncRefModel() && needs.contains(Need.REFERENCE);
        Optional<MovingReference> moving = moves
                ? Optional.of(new MovingReference(
                        open(reference.refModel().orElse(model.model()), policy.dtype(), policy.device()), policy,
                        sync))
                : Optional.empty();
        return new CompletionReader(policy, options, moving);
    }
}
