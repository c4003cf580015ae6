package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.train.TrainingJob;
import java.util.Map;

/** A command that can be a stage of a pipeline: it writes to a folder {@code out}, and others may go on from there. */
interface StageCommand extends Command {
    /** What lies in {@code out/model} afterwards. */
    enum Makes {
        POLICY, REWARD_MODEL, NOTHING
    }

    /**
     * How a stage ended.
     *
     * @param finished false where it was asked to stop before its end
     * @param numbers what it measured, by the names of metrics
     */
    record Outcome(boolean finished, Map<String, Double> numbers) {}

    Makes makes();

    /**
     * Looks for mistakes between settings that show before anything is read.
     *
     * @throws dev.hone.config.ConfigException with all of them
     */
    default void require(Config config) {}

    /** Does the work. */
    Outcome perform(Config config, TrainingJob.Surroundings surroundings);
}
