package dev.hone.train;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * LISA (arXiv 2403.17919): embeddings and heads always train, and of the layers only a few, drawn anew every so many steps.
 * Which ones is a function of the seed and the number of the period, so that a resumed run trains the same. A layer that is
 * drawn twice in a row goes on; one that is not loses its optimizer state, master weights included.
 */
final class LayerDraws {
    private static final long LISA = 0x4C495341;
    private final List<List<Parameter>> layers;
    private final int active;
    private final long interval;
    private final long seed;

    LayerDraws(List<List<Parameter>> layers, int active, long interval, long seed) {
        this.layers = layers.stream().map(layer -> layer.stream().filter(Parameter::trainable).toList()).toList();
        this.active = active;
        this.interval = interval;
        this.seed = seed;
    }

    /** The layers that train in the step after {@code stepsDone} steps. */
    Set<Integer> drawn(long stepsDone) {
        Randomness random = Randomness.of(seed, LISA, stepsDone / interval);
        List<Integer> left = new ArrayList<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            left.add(layer);
        }
        Set<Integer> drawn = new TreeSet<>();
        while (drawn.size() < active) {
            drawn.add(left.remove(Math.floorMod(random.nextSeed(), left.size())));
        }
        return drawn;
    }

    /** Freezes and thaws for the step after {@code stepsDone} steps. */
    void select(long stepsDone) {
        Set<Integer> drawn = drawn(stepsDone);
        for (int layer = 0; layer < layers.size(); layer++) {
            boolean trains = drawn.contains(layer);
            layers.get(layer).forEach(parameter -> parameter.trainable(trains));
        }
    }

    /** As {@link #select}, where a period begins; the optimizer follows. */
    void before(long stepsDone, Optimizer optimizer) {
        if (stepsDone % interval == 0) {
            select(stepsDone);
            optimizer.follow();
        }
    }

    /** Makes the optimizer hold what one that has just done so many steps holds. */
    void after(long stepsDone, Optimizer optimizer) {
        select(Math.max(0, stepsDone - 1));
        optimizer.follow();
    }
}
