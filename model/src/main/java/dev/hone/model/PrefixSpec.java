package dev.hone.model;

import java.util.List;
import java.util.OptionalInt;

/**
 * Prefix tuning (arXiv 2101.00190): learned keys and values before those of every sequence, in each layer. Before training they
 * are normal with deviation 1, or what the projection makes of such rows.
 *
 * @param virtualTokens how many
 * @param projection E, the inner width of two layers that make the keys and values (section 4.3); empty where they are learned
 *     themselves. A saved prefix is the result, which trains on without the layers
 * @param modulesToSave modules that train as a whole, by the end of their names
 */
public record PrefixSpec(int virtualTokens, OptionalInt projection, List<String> modulesToSave) implements VirtualSpec {

    public PrefixSpec {
        VirtualSpec.requireSome(virtualTokens);
        modulesToSave = List.copyOf(modulesToSave);
        if (projection.isPresent() && projection.getAsInt() < 1) {
            throw new ModelException("encoder_hidden_size is " + projection.getAsInt() + ", expected at least 1");
        }
    }

    public PrefixSpec(int virtualTokens, OptionalInt projection) { this(virtualTokens, projection, List.of()); }
}
