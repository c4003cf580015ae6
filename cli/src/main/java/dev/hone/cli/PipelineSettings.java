package dev.hone.cli;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which part of a pipeline runs.
 *
 * @param file its stages
 * @param resume whether a stage that was interrupted goes on
 * @param from the first stage that runs, anew
 * @param only the one stage that runs, anew
 * @param skip stages that do not run
 */
@SettingGroup("Pipeline")
record PipelineSettings(
        @Setting(required = true, doc = "YAML file with out, settings that all stages share, and stages.") Path file,
        @Setting(value = "false", doc = "Go on with the stage that was interrupted, from its last checkpoint.") boolean resume,
        @Setting(doc = "Run this stage and all behind it, although they are done; those before it stay as they are.") Optional<String> from,
        @Setting(doc = "Run this stage alone, although it is done.") Optional<String> only,
        @Setting(doc = "Stages that stay as they are.") List<String> skip) {
    PipelineSettings {
        skip = List.copyOf(skip);
        new Checks().require(from.isEmpty() || only.isEmpty(), "only", only, "nothing beside from",
                "Give one of the two.").done();
    }

    /** What becomes of a stage. */
    enum Part {
        STAYS, RUNS_IF_NEEDED, RUNS_ANEW
    }

    /** @param order of all stages, by name */
    Part part(String stage, List<String> order) {
        if (skip.contains(stage) || only.isPresent() && !only.get().equals(stage)
                || from.isPresent() && order.indexOf(stage) < order.indexOf(from.get())) {
            return Part.STAYS;
        }
        return from.isPresent() || only.isPresent() ? Part.RUNS_ANEW : Part.RUNS_IF_NEEDED;
    }
}
