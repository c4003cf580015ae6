package dev.hone.train;

import dev.hone.model.Model;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way that a run will take: how its steps are cut, how many there are, and what decides its result.
 */
record RunCourse(MemoryPlan plan, long totalSteps, RunIdentity identity) {

    /**
     * @param former of the run that goes on, whose steps were cut in its own way
     * @param frozenLayers layers at the bottom that backward never reaches
     */
    static <R extends StepRow> RunCourse of(JobSettings settings, Model policy, Optimizer optimizer,
            Lesson.Units<R> units, Optional<RunIdentity> former, int frozenLayers) {
        TrainingSettings training = settings.training();
        int asked = training.optimFusedBackward()
                ? largestStep(settings, units.training())
                : former.filter(run -> training.microbatchTokens() == 0)
                        .map(run -> Math.toIntExact(run.microbatchTokens())).orElse(training.microbatchTokens());
        int longest = units.training().stream().mapToInt(row -> row.packed().tokens()).max().orElse(1);
        MemoryPlan plan = MemoryPlan.of(policy, training, new MemoryPlan.Cut(longest, asked),
                settings.learning().optimOffload() ? 0 : optimizer.bytes(), frozenLayers);
        long total = training.totalSteps(source(settings, plan, units.training()).stepsPerEpoch());
        return new RunCourse(plan, total,
                RunIdentity.of(settings, content(settings, units), total, plan.microbatchTokens()));
    }

    /** Tokens of a step that has the longest rows: a micro-batch of so many is never less than a step. */
    private static <R extends StepRow> int largestStep(JobSettings settings, List<R> rows) {
        long most = settings.training().rowsPerStep() + WholeSteps.leastRows(settings.objective());
        return (int) Math.min(Integer.MAX_VALUE, rows.stream().mapToLong(row -> -row.packed().tokens()).sorted()
                .limit(most).map(tokens -> -tokens).sum());
    }

    static <R extends StepRow> RowSource<R> source(JobSettings settings, MemoryPlan plan, List<R> rows) {
        return new RowSource<>(rows, new RowSource.Plan(settings.training().rowsPerStep(),
                WholeSteps.leastRows(settings.objective()), plan.microbatchTokens(),
                settings.data().shuffleDataset(), settings.training().seed()));
    }

    private static <R extends StepRow> Map<String, Object> content(JobSettings settings, Lesson.Units<R> units) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("training rows", RowsDigest.of(units.training()));
        content.put("evaluation rows", units.evaluation().isEmpty() ? "none" : RowsDigest.of(units.evaluation()));
        content.put("config.json of the model",
                FileDigest.of(settings.model().model().resolve("config.json")).sha256());
        return content;
    }
}
