package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.objective.Need;
import dev.hone.objective.ReferenceSync;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.Packed;
import dev.hone.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Opens a policy and its reference for lessons that read answers token by token. */
record PolicyFiles(ModelOpening model, ReferenceSettings reference, Path out, Tokenizer tokenizer) {

    Decoder policy(DType dtype, Device device) { return fitting(model.policy(dtype, device)); }

    private Decoder open(Path folder, DType dtype, Device device) {
        return fitting(model.frozen(folder, dtype, device));
    }

    private Decoder fitting(Decoder decoder) {
        try {
            decoder.requireFits(tokenizer.vocabulary());
            return decoder;
        } catch (RuntimeException e) {
            decoder.close();
            throw e;
        }
    }

    /**
     * The reference's log-probs of some sequences of rows, from the disk or computed before the first step: by the policy
     * itself, unless another model is named.
     */
    <R extends CompletionRow> List<List<float[]>> referred(Decoder policy, List<R> rows,
            Function<R, Packed> sequences, int microbatchTokens) {
        ReferenceStore store = new ReferenceStore(reference.referenceCache().orElse(out.resolve("reference")),
                model.sources(reference.refModel()), policy.dtype() + model.form());
        return store.get(rows, sequences, () -> {
            try (ReferenceModel other = reference(policy)) {
                return other.reading(() -> new References(other.decoder()).of(rows, sequences, microbatchTokens));
            }
        });
    }

    /** The policy itself, before its first step, unless another model is named. */
    private ReferenceModel reference(Decoder policy) {
        return reference.refModel().map(folder -> ReferenceModel.of(open(folder, policy.dtype(), policy.device())))
                .orElseGet(() -> policy.adapter().isPresent()
                        ? ReferenceModel.within(policy, model.former())
                        : ReferenceModel.itself(policy));
    }

    /** The reader of a policy, beside which a reference runs where it moves. */
    CompletionReader reader(Decoder policy, HiddenOptions options, Set<Need> needs, ReferenceSync sync) {
        boolean moves = sync.syncRefModel() && needs.contains(Need.REFERENCE);
        Optional<MovingReference> moving = moves
                ? Optional.of(new MovingReference(
                        fitting(model.reference(reference.refModel().orElse(model.model().model()), policy)),
                        policy,
                        sync))
                : Optional.empty();
        return new CompletionReader(policy, options, moving);
    }
}
