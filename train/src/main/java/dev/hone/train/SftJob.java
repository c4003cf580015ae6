package dev.hone.train;

import dev.hone.tensor.Machine;
import dev.hone.config.ConfigWriter;
import dev.hone.model.Decoder;
import dev.hone.model.HiddenOptions;
import dev.hone.model.ModelFolder;
import dev.hone.objective.Sft;
import dev.hone.tensor.Engine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Supervised fine-tuning from settings to a saved model: everything that {@code hone sft} does. */
public final class SftJob {
    private final Settings settings;
    private final Surroundings surroundings;
    private final RunFolder folder;

    /** Everything that can be set. */
    public record Settings(ModelSettings model, DataSettings data, TrainingSettings training, LearningSettings learning,
            Sft objective, RunSettings run) {

        /** The records, for readers, help and schema. */
        public static List<Class<? extends Record>> types() {
            return List.of(ModelSettings.class, DataSettings.class, TrainingSettings.class, LearningSettings.class,
                    Sft.class,
                    RunSettings.class);
        }

        Map<String, Object> toMap() { return ConfigWriter.toMap(model, data, training, learning, objective, run); }
    }

    /**
     * What is around a run.
     *
     * @param command the words it was started with, for the manifest
     * @param out where progress is told
     * @param stop whether it shall end after the step it is in
     */
    public record Surroundings(List<String> command, PrintStream out, BooleanSupplier stop) {
        /** Progress to stderr, no way to stop: for programs. */
        public static Surroundings program() {
            return new Surroundings(List.of(), System.err, () -> false);
        }
    }

    /**
     * @throws dev.hone.config.ConfigException for settings that contradict each other
     * @throws CheckpointException when the output folder holds another run, or cannot be written
     */
    public SftJob(Settings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.folder = RunFolder.open(settings.run().out());
    }

    /** Runs to the end, or to where it is stopped. */
    public RunSummary run() {
        if (settings.model().threads() > 0) {
            Engine.threads(settings.model().threads());
        }
        RunStart.requireWeights(settings.model().model());
        RunStart.requireFree(settings.run(), folder);
        TrainingText text = TrainingText.load(settings.model().model(), settings.data());
        tell(text.report().schema().describe());
        text.report().warnings().forEach(warning -> tell("warning: " + warning));
        try (CheckpointStore store = CheckpointStore.open(folder.root(), settings.run().saveTotalLimit(), this::tell);
                Decoder policy = Decoder.load(settings.model().model(), settings.model().dtype().dtype(),
                        settings.model().place())) {
            policy.requireFits(text.tokenizer().vocabulary());
            return train(policy, text, store);
        }
    }

    private RunSummary train(Decoder policy, TrainingText text, CheckpointStore store) {
        try (Resumption resumption = Resumption.open(settings.run(), store);
                Optimizer optimizer = settings.learning().optimizer().create(policy.parameters())) {
            RunCourse course = RunCourse.of(settings, policy, optimizer, text, resumption.former());
            resumption.requireSame(course.identity(), this::schedule, this::tell);
            tell(course.plan().describe(policy.spec().size().layers()));
            SampleTexts samples = new SampleTexts(text.tokenizer(), text.template()).from(text.shown(),
                    settings.run().samples());
            List<String> before = samples.continued(policy);
            RunManifest manifest = manifest();
            manifest.write(folder.manifest());
            try (Checkpointing checkpointing = new Checkpointing(policy, optimizer, store,
                    RunStart.companions(settings.model().model(), course.identity()))) {
                Optional<CheckpointState> resumed = begin(resumption, checkpointing);
                Steps steps = steps(policy, optimizer, course, text, checkpointing, resumed);
                return finish(policy, optimizer,
                        new Finish(steps.end(), steps.done(), samples, before, manifest, text));
            }
        }
    }

    private Optional<CheckpointState> begin(Resumption resumption, Checkpointing checkpointing) {
        Optional<CheckpointState> resumed = resumption.restore(checkpointing);
        if (resumed.isEmpty()) {
            checkpointing.masters(settings.model().model());
        }
        tell(resumed.map(state -> "resuming after step " + state.step())
                .orElse(settings.run().resume()
                        ? "no checkpoint in " + folder.root() + ": starting anew"
                        : "starting"));
        return resumed;
    }

    private record Steps(RunLoop.End end, long done) {}

    private Steps steps(Decoder policy, Optimizer optimizer, RunCourse course, TrainingText text,
            Checkpointing checkpointing, Optional<CheckpointState> resumed) {
        long total = course.totalSteps();
        Pass pass = new Pass(policy, settings.objective(), new HiddenOptions(
                new Neftune(settings.training().neftuneNoiseAlpha()), course.plan().checkpointedLayers()));
        Optional<Evaluator> evaluator = text.evaluation().map(
                rows -> new Evaluator(pass, RunStart.microbatches(rows.rows(), course.plan().microbatchTokens())));
        try (Sinks sinks = Sinks.open(folder, resumed.map(CheckpointState::step).orElse(-1L), settings.run(),
                ProgressLine.standard(surroundings.out(), total))) {
            Trainer trainer = new Trainer(policy.parameters(), pass, optimizer, plan(total));
            RunLoop loop = new RunLoop(trainer, course.source(), new RunLoop.Watch(evaluator, checkpointing,
                    sinks.metrics(), sinks.progress(), surroundings.stop()), settings.run());
            resumed.ifPresent(loop::resume);
            RunLoop.End end = loop.run(total);
            if (end != RunLoop.End.INTERRUPTED && settings.run().loadBestModelAtEnd() && loop.best().isPresent()) {
                checkpointing.best();
            }
            return new Steps(end, trainer.stepsDone());
        }
    }

    private Schedule schedule(long total) {
        return settings.learning().schedule().create(total, settings.learning().learningRate());
    }

    private Trainer.Plan plan(long total) {
        return new Trainer.Plan(schedule(total),
                settings.learning().learningRate(), settings.training().maxGradNorm(), settings.training().seed(),
                settings.training().maxSkippedSteps());
    }

    private record Finish(RunLoop.End end, long steps, SampleTexts samples, List<String> before, RunManifest manifest,
            TrainingText text) {}

    private RunSummary finish(Decoder policy, Optimizer optimizer, Finish finish) {
        Path model = folder.root().resolve("model");
        if (finish.end() != RunLoop.End.INTERRUPTED) {
            ModelFolder.save(policy, model, new ModelFolder.Format(settings.run().saveDtype().dtype(),
                    (long) (settings.run().maxShardSize() * 1e9)), optimizer::weights);
            RunStart.copyTokenizer(settings.model().model(), model, finish.text());
            tell("model saved in " + model);
        }
        List<String> after = finish.samples().continued(policy);
        List<BeforeAfter> samples = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            samples.add(new BeforeAfter(finish.samples().prompts().get(i), finish.before().get(i), after.get(i)));
        }
        RunManifest ended = finish.manifest().ended(Instant.now());
        ended.write(folder.manifest());
        RunHistory history = RunHistory.read(folder.metrics());
        Map<String, Double> last = new LinkedHashMap<>();
        history.names().forEach(name -> history.last(name).ifPresent(value -> last.put(name, value)));
        new ReportWriter("Supervised fine-tuning", history)
                .subtitle(settings.model().model() + " on " + settings.data().data())
                .warnings(finish.text().report().warnings()).samples(samples).results(last).settings(settings.toMap())
                .machine(Machine.here(), RunStart.versions()).write(folder.report());
        return new RunSummary(finish.end(), finish.steps(), model, folder.report(), last, samples);
    }

    private RunManifest manifest() {
        return new RunManifest(
                new RunManifest.Invocation(surroundings.command(), settings.training().seed(), Instant.now(),
                        Optional.empty()),
                settings.toMap(), RunStart.versions(), RunStart.digests(settings.data()), Machine.here());
    }

    private void tell(String text) { surroundings.out().println(text); }
}
