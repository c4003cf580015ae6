package dev.hone.cli;

import dev.hone.cli.PipelineSettings.Part;
import dev.hone.config.ConfigException;
import dev.hone.config.Problem;
import dev.hone.train.Interrupts;
import dev.hone.train.TrainingJob;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The stages of a pipeline, one after the other: those that are done stay, the others run. */
final class Pipeline {
    private final PipelineSettings settings;
    private final PipelinePlan plan;
    private final PipelineState state;
    private final Terminal terminal;
    private final List<String> words;
    private final Map<String, String> digests = new LinkedHashMap<>();
    private final List<PipelineSummary.Row> rows = new ArrayList<>();

    /** @throws ConfigException with the mistakes of all stages, before any of them runs */
    Pipeline(PipelineSettings settings, Terminal terminal, List<String> words) {
        this.settings = settings;
        this.plan = PipelinePlan.read(settings.file());
        this.state = PipelineState.read(plan.out());
        this.terminal = terminal;
        this.words = words;
        plan.stages().forEach(stage -> digests.put(stage.name(), PipelineInputs.digest(stage, digests)));
        requireStages();
    }

    private Part part(PipelineStage stage) { return settings.part(stage.name(), plan.names()); }

    /** Names that are given exist, and a stage that runs finds the models of those that stay. */
    private void requireStages() {
        List<Problem> problems = new ArrayList<>();
        Stream.of(settings.from().stream(), settings.only().stream(), settings.skip().stream()).flatMap(each -> each)
                .filter(name -> !plan.names().contains(name))
                .forEach(name -> problems.add(new Problem("stage", name,
                        "one of " + String.join(", ", plan.names()), settings.file().toString(), "")));
        for (PipelineStage stage : plan.stages()) {
            if (part(stage) != Part.STAYS) {
                plan.stages().stream().filter(other -> stage.uses().contains(other.name())
                        && part(other) == Part.STAYS && !Files.isDirectory(other.model()))
                        .forEach(other -> problems.add(new Problem("stage " + stage.name(),
                                "no model of the stage " + other.name() + ", which does not run",
                                "a model to begin with",
                                other.model().toString(), "Let the stage " + other.name() + " run first.")));
            }
            interrupted(stage).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** What a stage learned before it was interrupted is not thrown away without a word. */
    private Optional<Problem> interrupted(PipelineStage stage) {
        boolean begun = state.find(stage.name())
                .filter(entry -> !entry.done() && entry.digest().equals(digests.get(stage.name()))).isPresent();
        return begun && part(stage) == Part.RUNS_IF_NEEDED && !settings.resume() && hasCheckpoint(stage)
                ? Optional.of(new Problem("stage " + stage.name(), "a checkpoint, as it was interrupted",
                        "--resume, or --from " + stage.name(), stage.folder().toString(),
                        "Go on from the checkpoint with --resume, or start the stage anew with --from "
                                + stage.name() + "."))
                : Optional.empty();
    }

    private static boolean hasCheckpoint(PipelineStage stage) {
        if (!Files.isDirectory(stage.folder())) {
            return false;
        }
        try (Stream<java.nio.file.Path> files = Files.list(stage.folder())) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("checkpoint-"));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(stage.folder() + " cannot be read (" + e + ")", e);
        }
    }

    /** @return the exit code */
    int run() {
        try (Interrupts interrupts = Interrupts.listen(signal -> terminal.note("\n" + signal
                + ": ending after this step with a checkpoint; once more ends at once, without"))) {
            for (PipelineStage stage : plan.stages()) {
                if (interrupts.requested() || !pass(stage, interrupts)) {
                    summary();
                    terminal.note(
                            "stopped in the stage " + stage.name() + "; go on with the same command and --resume");
                    return interrupts.exitCode().orElse(1);
                }
            }
        }
        summary();
        return 0;
    }

    /** @return false where the stage was asked to stop before its end */
    private boolean pass(PipelineStage stage, Interrupts interrupts) {
        Part part = part(stage);
        boolean done = state.isDone(stage);
        boolean same = state.find(stage.name()).filter(entry -> entry.digest().equals(digests.get(stage.name())))
                .isPresent();
        if (part == Part.STAYS || part == Part.RUNS_IF_NEEDED && done && same) {
            terminal.note("\n" + title(stage) + ": " + (part == Part.STAYS ? "stays as it is" : "done before"));
            rows.add(PipelineSummary.Row.of(stage, state.find(stage.name()),
                    part == Part.STAYS ? "left" : "done before"));
            return true;
        }
        boolean resumes = settings.resume() && same && !done && hasCheckpoint(stage);
        terminal.note("\n" + title(stage) + (resumes ? ": goes on" : why(stage, part, done, same)));
        return work(stage, resumes, interrupts);
    }

    private String title(PipelineStage stage) {
        return "[" + (plan.stages().indexOf(stage) + 1) + "/" + plan.stages().size() + "] " + stage.name()
                + (stage.name().equals(stage.commandName()) ? "" : " (" + stage.commandName() + ")");
    }

    private String why(PipelineStage stage, Part part, boolean done, boolean same) {
        if (part == Part.RUNS_ANEW || !done || same) {
            return "";
        }
        List<String> changed = state.find(stage.name()).map(entry -> entry.changed(told(stage))).orElse(List.of());
        return ": runs again, as " + (changed.isEmpty() ? "what it reads" : String.join(", ", changed)) + " changed";
    }

    private static Map<String, String> told(PipelineStage stage) {
        Map<String, String> told = new LinkedHashMap<>();
        PipelineInputs.settings(stage).forEach((name, value) -> told.put(name, String.valueOf(value)));
        return told;
    }

    private boolean work(PipelineStage stage, boolean resumes, Interrupts interrupts) {
        double before = resumes ? state.find(stage.name()).map(PipelineState.Entry::seconds).orElse(0.0) : 0;
        String digest = Optional.ofNullable(digests.get(stage.name())).orElseThrow();
        state.put(stage.name(), new PipelineState.Entry(false, digest, told(stage), before, Map.of()));
        long begun = System.nanoTime();
        StageCommand.Outcome outcome = stage.command().perform(stage.with(resumes ? "resume" : "overwrite"),
                new TrainingJob.Surroundings(words, terminal.err(), interrupts::requested));
        PipelineState.Entry entry = new PipelineState.Entry(outcome.finished(), digest, told(stage),
                before + (System.nanoTime() - begun) / 1e9, outcome.numbers());
        state.put(stage.name(), entry);
        rows.add(PipelineSummary.Row.of(stage, Optional.of(entry), outcome.finished() ? "ran" : "stopped"));
        return outcome.finished();
    }

    private void summary() {
        terminal.result("");
        PipelineSummary.lines(rows).forEach(terminal::result);
        terminal.result("all numbers: " + plan.out().resolve(PipelineState.FILE));
    }
}
