package dev.hone.cli;

import dev.hone.config.Config;
import dev.hone.config.ConfigException;
import dev.hone.config.ConfigReader;
import dev.hone.config.Problem;
import dev.hone.config.StagedFile;
import dev.hone.config.StagedFile.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The stages of a file, in their order, with every setting read and checked.
 *
 * @param out folder of the pipeline; each stage has a folder in it
 */
record PipelinePlan(Path out, List<PipelineStage> stages) {
    private static final String STAGES = "stages";

    PipelinePlan {
        stages = List.copyOf(stages);
    }

    List<String> names() { return stages.stream().map(PipelineStage::name).toList(); }

    /** @throws ConfigException with the mistakes of all stages */
    static PipelinePlan read(Path file) {
        StagedFile staged = StagedFile.read(file, STAGES);
        return new Reading(staged.shared()).plan(staged.sections());
    }

    /** Reads one stage after the other and collects what is wrong. */
    private static final class Reading {
        private final Section shared;
        private final Path out;
        private final PipelineModels models = new PipelineModels();
        private final List<Problem> problems = new ArrayList<>();
        private final List<PipelineStage> stages = new ArrayList<>();
        private final Set<String> known = new LinkedHashSet<>(List.of("out"));

        Reading(Section top) {
            this.out = Path.of(top.text("out").orElse("."));
            this.shared = top.without("out");
            if (top.text("out").isEmpty()) {
                problems.add(top.problem("out", "the folder of the pipeline", "Write out: runs/NAME at the top."));
            }
        }

        PipelinePlan plan(List<Section> sections) {
            sections.forEach(this::stage);
            shared.keys().stream().filter(key -> !known.contains(key)).forEach(key -> problems.add(shared.problem(key,
                    "a key of at least one stage", "No stage knows it; correct its name, or remove it.")));
            if (!problems.isEmpty()) {
                throw new ConfigException(problems);
            }
            return new PipelinePlan(out, stages);
        }

        private void stage(Section section) {
            Optional<StageCommand> command = command(section);
            String name = section.text("name").or(() -> section.text("command")).orElse("");
            if (command.isEmpty()) {
                return;
            }
            if (!name.matches("[A-Za-z0-9][A-Za-z0-9._+-]*")) {
                problems.add(section.problem("name", "letters, digits, dots and hyphens", "It names a folder."));
            } else if (models.has(name)) {
                problems.add(section.problem("name", "a name of its own",
                        "There is a stage " + name + " already: write name: another."));
            } else {
                stage(name, command.get(), section);
            }
        }

        private Optional<StageCommand> command(Section section) {
            Optional<StageCommand> found = section.text("command").flatMap(Commands::find)
                    .filter(StageCommand.class::isInstance).map(StageCommand.class::cast);
            if (found.isEmpty()) {
                problems.add(section.problem("command", "what the stage does: " + String.join(", ", Commands.all()
                        .stream().filter(StageCommand.class::isInstance).map(each -> each.manual().name()).toList()),
                        "Begin each stage with - command: NAME."));
            }
            return found;
        }

        private void stage(String name, StageCommand command, Section section) {
            ConfigReader reader = ConfigReader.of(command.settings());
            shared.keys().stream().filter(reader::knows).forEach(known::add);
            List<Problem> own = new ArrayList<>();
            for (String key : List.of("out", "resume", "overwrite")) {
                if (section.keys().contains(key)) {
                    own.add(section.problem(key, "nothing", "The pipeline decides it."));
                }
            }
            Section plain = section.without("command", "name", "out", "resume", "overwrite");
            PipelineModels.Resolved resolved = models.resolve(plain, reader, own);
            Section complete = resolved.section().with("out", out.resolve(name).toString());
            Optional<Config> config = bound(reader, complete, command, resolved, own);
            config.ifPresent(settings -> stages.add(new PipelineStage(name, command, complete, shared, resolved.uses(),
                    out.resolve(name), settings)));
            models.add(name, command.makes(), out.resolve(name).resolve("model"), config);
            own.forEach(problem -> problems.add(new Problem("stage " + name + ": " + problem.key(), problem.found(),
                    problem.expected(), problem.where().isEmpty() ? section.place() : problem.where(),
                    problem.advice())));
        }

        private Optional<Config> bound(ConfigReader reader, Section section, StageCommand command,
                PipelineModels.Resolved resolved, List<Problem> own) {
            own.addAll(PipelineInputs.missing(section, resolved.folders()));
            if (section.keys().stream().noneMatch(PipelineModels.keys()::contains) && reader.knows("model")) {
                own.addAll(PipelineInputs.missing(shared, Set.of()));
            }
            try {
                Config config = reader.bind(section, shared);
                command.require(config);
                return Optional.of(config);
            } catch (ConfigException refused) {
                own.addAll(refused.problems());
                return Optional.empty();
            }
        }
    }
}
