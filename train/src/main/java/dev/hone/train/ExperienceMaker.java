package dev.hone.train;

import java.util.List;
import java.util.Map;

/**
 * Makes rows to learn from of judged answers: advantages, pairs, or the best alone.
 *
 * @param <R> the rows
 */
interface ExperienceMaker<R extends StepRow> {

    /**
     * What a generation came to.
     *
     * @param rows to learn from; none where nothing can be learned
     * @param metrics what the making showed
     * @param log what is kept of each answer, by group and answer
     * @param rivals what another answered to the same prompts, where answers were compared with those
     */
    record Made<R extends StepRow>(List<R> rows, Map<String, Double> metrics, List<List<Map<String, Double>>> log,
            List<Group> rivals) {

        /** Without rivals. */
        Made(List<R> rows, Map<String, Double> metrics, List<List<Map<String, Double>>> log) {
            this(rows, metrics, log, List.of());
        }
    }

    /**
     * A try at a generation.
     *
     * @param generation its number
     * @param attempt how often prompts were asked for it before
     */
    record Turn(long generation, int attempt) {}

    /** @param groups at least one */
    Made<R> make(List<Group> groups, Turn turn);

    /** Generations in a row that answer the same prompts. */
    default int cycle() { return 1; }

    /** Small state that goes from generation to generation. */
    default Map<String, Object> state() { return Map.of(); }

    /** Puts {@link #state} back. */
    default void restore(Map<String, ?> state) {}

    /** A row as a checkpoint keeps it, where it has to be learned from after the checkpoint. */
    Map<String, Object> kept(R row);

    /** The row of {@link #kept}. */
    R restored(Kept kept);
}
