package dev.hone.train;

import dev.hone.model.HiddenOptions;
import dev.hone.model.Model;
import dev.hone.tensor.ActivationMemory;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A training run from settings to a saved model: resuming, memory, metrics, checkpoints, report. What is learned from what is
 * the {@link Lesson}'s to say.
 */
public final class TrainingJob<R extends StepRow, M extends Model> {
    private final JobSettings settings;
    private final Supplier<? extends Lesson<R, M>> lessons;
    private final Surroundings surroundings;
    private final RunFolder folder;

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
     * @param lesson reads the data when it is called
     * @throws CheckpointException when the output folder holds another run, or cannot be written
     */
    public TrainingJob(JobSettings settings, Supplier<? extends Lesson<R, M>> lesson, Surroundings surroundings) {
        this.settings = settings;
        this.lessons = lesson;
        this.surroundings = surroundings;
        this.folder = RunFolder.open(settings.run().out());
    }

    /** Runs to the end, or to where it is stopped. */
    public RunSummary run() {
        if (settings.model().threads() > 0) {
            Engine.threads(settings.model().threads());
        }
        RunStart.requireWeights(settings);
        RunStart.requireFree(settings.run(), folder);
        Lesson<R, M> lesson = lessons.get();
        tell(lesson.reading().schema());
        lesson.reading().warnings().forEach(warning -> tell("warning: " + warning));
        try (CheckpointStore store = CheckpointStore.open(folder.root(), settings.run().saveTotalLimit(), this::tell);
                M policy = lesson.open(settings.model().dtype().dtype(), settings.model().place())) {
            return train(lesson, policy, store);
        }
    }

    private RunSummary train(Lesson<R, M> lesson, M policy, CheckpointStore store) {
        ParameterPlan chosen = ParameterPlan.of(policy, settings.learning());
        Optional<LayerDraws> draws = chosen.draws(settings.training().seed());
        draws.ifPresent(each -> each.select(0));
        try (Resumption resumption = Resumption.open(settings.run(), store);
                Optimizer optimizer = optimizer(chosen)) {
            Supply<R> supply = lesson.supply(policy);
            RunCourse course = RunCourse.of(settings, policy, optimizer, supply, resumption.former(),
                    chosen.frozenLayers());
            resumption.requireSame(course.identity(), this::schedule, this::tell);
            tell(course.plan().describe(policy.backbone().load().layers()));
            Lesson.Samples<M> samples = lesson.samples(settings.run().samples());
            List<String> before = samples.answers(policy);
            RunManifest manifest = manifest();
            manifest.write(folder.manifest());
            Steering steering = new Steering(optimizer, chosen.frozenLayers(), draws);
            try (Work work = new Work(lesson, policy, course, supply, steering);
                    Checkpointing checkpointing = new Checkpointing(policy, optimizer, store,
                            RunStart.companions(settings.model(), policy, course.identity()), work.pass.tensors(),
                            step -> draws.ifPresent(each -> each.after(step, optimizer)))) {
                Optional<CheckpointState> resumed = begin(lesson, policy, resumption, checkpointing, optimizer);
                Steps steps = work.steps(checkpointing, resumed);
                return finish(lesson, policy, optimizer, new Finish<>(steps, samples, before, manifest));
            }
        }
    }

    private Optimizer optimizer(ParameterPlan chosen) {
        return settings.learning().optimizer().create(chosen.trainees(memory()));
    }

    private OptimizerMemory memory() {
        if (!settings.learning().optimOffload()) {
            return OptimizerMemory.RESIDENT;
        }
        return settings.model().place().isCpu() ? new MappedMemory(folder.optimizerState()) : OptimizerMemory.HOST;
    }

    private Optional<CheckpointState> begin(Lesson<R, M> lesson, M policy, Resumption resumption,
            Checkpointing checkpointing, Optimizer optimizer) {
        Optional<CheckpointState> resumed = resumption.restore(checkpointing);
        if (resumed.isEmpty() && policy.adapter().isPresent()) {
            ModelOpening.of(settings).masters(policy, optimizer);
        } else if (resumed.isEmpty()) {
            checkpointing.masters(() -> lesson.open(dev.hone.tensor.DType.FLOAT32, dev.hone.tensor.Device.CPU));
        }
        tell(resumed.map(state -> "resuming after step " + state.step())
                .orElse(settings.run().resume()
                        ? "no checkpoint in " + folder.root() + ": starting anew"
                        : "starting"));
        return resumed;
    }

    private record Steps(RunLoop.End end, long done, List<String> warnings, Map<String, Double> phases) {}

    /** What makes steps of gradients. */
    private record Steering(Optimizer optimizer, int frozenLayers, Optional<LayerDraws> draws) {}

    /** All that the steps work with. */
    private final class Work implements AutoCloseable {
        private final M policy;
        private final RunCourse course;
        private final Steering steering;
        private final Optional<StepInBackward> inBackward;
        private final ActivationMemory activations;
        private final Pass<R> pass;
        private final Supply.Course<R> batches;

        Work(Lesson<R, M> lesson, M policy, RunCourse course, Supply<R> supply, Steering steering) {
            this.policy = policy;
            this.course = course;
            this.steering = steering;
            this.inBackward = settings.training().optimFusedBackward()
                    ? Optional.of(new StepInBackward(steering.optimizer()))
                    : Optional.empty();
            this.activations = activations(policy);
            this.pass = pass(lesson);
            this.batches = batches(supply);
        }

        private Supply.Course<R> batches(Supply<R> supply) {
            try {
                return supply.course(pass, course.plan().microbatchTokens());
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        private Pass<R> pass(Lesson<R, M> lesson) {
            try {
                return lesson.pass(policy, hidden());
            } catch (RuntimeException e) {
                activations.close();
                throw e;
            }
        }

        private ActivationMemory activations(M policy) {
            if (!settings.training().activationOffloading()) {
                return ActivationMemory.RESIDENT;
            }
            return policy.backbone().device().isCpu()
                    ? new MappedActivations(folder.activations())
                    : ActivationMemory.HOST;
        }

        private HiddenOptions hidden() {
            int again = course.plan().checkpointedLayers();
            return new HiddenOptions(new Neftune(settings.training().neftuneNoiseAlpha()),
                    again == 0 ? 0 : steering.frozenLayers() + again, activations,
                    settings.training().gradientCheckpointing().inner(),
                    inBackward.<Consumer<List<Parameter>>>map(steps -> steps).orElse(complete -> {}));
        }

        /** The longest micro-batch first, where batches are known before they are learned from. */
        private void tryLongest(long from) {
            if (!batches.foreseen()) {
                return;
            }
            boolean whole = settings.training().optimFusedBackward() || WholeSteps.leastRows(settings.objective()) > 1;
            DryRun.of(batches.source(), from, course.totalSteps(), whole).ifPresent(dryRun -> {
                tell("dry run of the longest micro-batch, " + dryRun.tokens() + " tokens");
                dryRun.run(pass, policy.parameters(), settings.training().seed());
            });
        }

        @Override
        public void close() {
            pass.close();
            activations.close();
        }

        Steps steps(Checkpointing checkpointing, Optional<CheckpointState> resumed) {
            long total = course.totalSteps();
            try (Sinks sinks = Sinks.open(folder, resumed.map(CheckpointState::step).orElse(-1L), settings.run(),
                    ProgressLine.standard(surroundings.out(), total))) {
                Trainer<R> trainer = new Trainer<>(policy.parameters(), pass, steering.optimizer(), plan(total),
                        inBackward, steering.draws());
                tryLongest(resumed.map(CheckpointState::step).orElse(0L));
                RunLoop<R> loop = new RunLoop<>(trainer, batches.source(),
                        new RunLoop.Watch(batches.evaluation(), checkpointing, sinks.metrics(), sinks.progress(),
                                surroundings.stop()),
                        settings.run());
                resumed.ifPresent(loop::resume);
                RunLoop.End end = loop.run(total);
                if (ended(end) && settings.run().loadBestModelAtEnd() && loop.best().isPresent()) {
                    checkpointing.best();
                }
                steering.optimizer().finished(true);
                return new Steps(end, trainer.stepsDone(), loop.warnings(), loop.phases());
            }
        }
    }

    /** Whether a run came to an end that leaves its best weights to be chosen. */
    private static boolean ended(RunLoop.End end) {
        return end == RunLoop.End.FINISHED || end == RunLoop.End.EARLY_STOPPED;
    }

    private Schedule schedule(long total) {
        return settings.learning().schedule().create(total, settings.learning().learningRate());
    }

    private Trainer.Plan plan(long total) {
        return new Trainer.Plan(schedule(total),
                settings.learning().learningRate(), settings.training().maxGradNorm(), settings.training().seed(),
                settings.training().maxSkippedSteps());
    }

    private record Finish<M extends Model>(Steps steps, Lesson.Samples<M> samples, List<String> before,
            RunManifest manifest) {}

    private RunSummary finish(Lesson<R, M> lesson, M policy, Optimizer optimizer, Finish<M> finish) {
        Path model = folder.root().resolve("model");
        Verdict verdict = finish.steps().end() == RunLoop.End.INTERRUPTED ? Verdict.NONE : lesson.verdict(policy);
        if (!finish.steps().phases().isEmpty()) {
            tell("time: " + Phases.line(finish.steps().phases()));
        }
        verdict.lines().forEach(this::tell);
        verdict.warnings().forEach(warning -> tell("warning: " + warning));
        if (finish.steps().end() != RunLoop.End.INTERRUPTED) {
            save(lesson, policy, optimizer);
            tell("model saved in " + model);
        }
        List<String> after = finish.samples().answers(policy);
        List<BeforeAfter> samples = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            samples.add(new BeforeAfter(finish.samples().prompts().get(i), finish.before().get(i), after.get(i)));
        }
        finish.manifest().ended(Instant.now()).write(folder.manifest());
        RunHistory history = RunHistory.read(folder.metrics());
        Map<String, Double> last = new LinkedHashMap<>();
        history.names().forEach(name -> history.last(name).ifPresent(value -> last.put(name, value)));
        last.putAll(verdict.numbers());
        List<String> warnings = new ArrayList<>(lesson.reading().warnings());
        warnings.addAll(finish.steps().warnings());
        warnings.addAll(verdict.warnings());
        new ReportWriter(lesson.title(), history)
                .subtitle(settings.model().model() + " on " + settings.data().data())
                .warnings(warnings).samples(samples).rollouts(folder.root().resolve(RolloutLog.FILE))
                .phases(finish.steps().phases()).results(last).settings(settings.toMap())
                .machine(Machine.here(), RunStart.versions()).write(folder.report());
        return new RunSummary(finish.steps().end(), finish.steps().done(), model, folder.report(), last, samples);
    }

    private void save(Lesson<R, M> lesson, M policy, Optimizer optimizer) {
        Function<Parameter, Tensor> weights = parameter -> parameter.trainable()
                ? optimizer.weights(parameter)
                : parameter.value();
        SavedModel saved = new SavedModel(settings, weights);
        for (Model.Part part : policy.parts()) {
            Path place = folder.root().resolve(part.name());
            saved.write(part.model(), place);
            RunStart.copyTokenizer(settings.model().text(), place, lesson.reading().template());
        }
        policy.saveBeside(folder.root().resolve(policy.parts().getFirst().name()), weights);
    }

    private RunManifest manifest() {
        return new RunManifest(
                new RunManifest.Invocation(surroundings.command(), settings.training().seed(), Instant.now(),
                        Optional.empty()),
                settings.toMap(), RunStart.versions(), RunStart.digests(settings.data()), Machine.here());
    }

    private void tell(String text) { surroundings.out().println(text); }
}
