package dev.hone.train;

import dev.hone.model.Adapter;
import dev.hone.model.Decoder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The model that a policy is held near to: one of its own, or the policy itself as it was before its adapter trained, so that no
 * second copy of the weights stays in memory.
 */
final class ReferenceModel implements AutoCloseable {
    private final Decoder decoder;
    private final boolean owned;
    private final Optional<Adapter> trained;
    private final Optional<Adapter> initial;

    private ReferenceModel(Decoder decoder, boolean owned, Optional<Adapter> trained, Optional<Adapter> initial) {
        this.decoder = decoder;
        this.owned = owned;
        this.trained = trained;
        this.initial = initial;
    }

    /** A model of its own, which is taken over. */
    static ReferenceModel of(Decoder decoder) {
        return new ReferenceModel(decoder, true, Optional.empty(), Optional.empty());
    }

    /** The policy as it is now. */
    static ReferenceModel itself(Decoder policy) {
        return new ReferenceModel(policy, false, Optional.empty(), Optional.empty());
    }

    /**
     * The policy without what its adapter learns.
     *
     * @param former the saved adapter that training goes on with; empty for a fresh one, whose reference is the base
     */
    static ReferenceModel within(Decoder policy, Optional<Path> former) {
        Adapter trained = policy.adapter().orElseThrow(() -> new IllegalArgumentException("a policy without adapter"));
        Optional<Adapter> initial = former.map(folder -> Adapter.load(policy, folder));
        trained.on();
        return new ReferenceModel(policy, false, Optional.of(trained), initial);
    }

    /** What computes, inside of {@link #reading}. */
    Decoder decoder() { return decoder; }

    /** Runs something with the reference's weights in place. Concerns every thread that uses the policy. */
    <T> T reading(Supplier<T> body) {
        if (trained.isEmpty()) {
            return body.get();
        }
        trained.get().off();
        initial.ifPresent(Adapter::on);
        try {
            return body.get();
        } finally {
            trained.get().on();
        }
    }

    @Override
    public void close() {
        initial.ifPresent(Adapter::close);
        if (owned) {
            decoder.close();
        }
    }
}
