package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.model.ActionValues;
import dev.hone.model.Decoder;
import dev.hone.rollout.Constraint;
import dev.hone.rollout.Generation;
import dev.hone.rollout.Perturbed;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a model that {@code hone ilql} trained knows of the worth of tokens, while it writes.
 *
 * @param heads of the model, where it has them and they are wanted
 * @param beta the weight of their word
 */
record Advantages(Optional<ActionValues> heads, double beta) implements AutoCloseable {
    /** As trlX has it. */
    private static final double USUAL = 1;

    /** Looks at the settings before anything large is read. */
    static void require(Path model, SamplingSettings settings) {
        double beta = settings.ilqlBeta().orElse(0.0);
        new Checks().require(beta == 0 || ActionValues.areIn(model), "ilql_beta", beta,
                "nothing, or 0, for " + model,
                "It has no " + ActionValues.FILE + " beside its weights; hone ilql trains a model that has.").done();
    }

    static Advantages open(Path folder, SamplingSettings settings, Decoder model) {
        double beta = settings.ilqlBeta().orElse(ActionValues.areIn(folder) ? USUAL : 0);
        return new Advantages(beta > 0 ? Optional.of(ActionValues.forWriting(folder, model)) : Optional.empty(), beta);
    }

    /** The same draws, perturbed. */
    Generation perturb(Generation generation) {
        Constraint inner = generation.support().constraint();
        return heads.map(known -> generation.with(
                generation.support().withConstraint(new Perturbed(known, beta, inner)))).orElse(generation);
    }

    @Override
    public void close() { heads.ifPresent(ActionValues::close); }
}
