package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigReader;
import dev.hone.config.StagedFile.Section;
import java.nio.file.Path;
import java.util.List;

/**
 * A stage as its file has it, all names replaced by folders.
 *
 * @param name its own among the stages
 * @param command what it does
 * @param section its keys
 * @param shared those of all stages
 * @param uses the earlier stages whose models it begins with
 * @param folder where it writes
 * @param config its settings
 */
record PipelineStage(String name, StageCommand command, Section section, Section shared, List<String> uses, Path folder,
        Config config) {
    PipelineStage {
        uses = List.copyOf(uses);
    }

    String commandName() { return command.manual().name(); }

    /** The folder of the model that it makes. */
    Path model() { return folder.resolve("model"); }

    boolean makesModel() { return command.makes() != StageCommand.Makes.NOTHING; }

    /** Its settings with one more that the pipeline decides; stages without such a key have no use for it. */
    Config with(String key) {
        ConfigReader reader = ConfigReader.of(command.settings());
        return reader.knows(key)
                ? reader.bind(section.with(key, "true"), shared.without("resume", "overwrite"))
                : config;
    }
}
