package dev.hone.train;

import dev.hone.objective.Selection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** Prompts to which the policy writes the answers. */
final class OnlineSupply<R extends StepRow> implements Supply<R> {
    private final JobSettings settings;
    private final PromptText text;
    private final OnlinePlan plan;
    private final RowShape shape;
    private final IntFunction<Parts<R>> parts;
    private final List<PackedRow> beside;

    /**
     * What writes and what learns.
     *
     * @param explorer writes and judges
     * @param maker makes rows of what was judged
     * @param examiner answers held-out prompts
     */
    record Parts<R extends StepRow>(Explorer explorer, ExperienceMaker<R> maker, Explorer examiner) {

        /** The same answers all prompts. */
        Parts(Explorer explorer, ExperienceMaker<R> maker) {
            this(explorer, maker, explorer);
        }
    }

    /**
     * What rows hold.
     *
     * @param shares whether answers share the forward of their prompt
     * @param answers of a row
     * @param rows of each prompt, at most
     */
    record RowShape(boolean shares, int answers, int rows) {}

    /**
     * @param shape of the rows
     * @param parts made when the course begins, by the tokens of a micro-batch
     */
    OnlineSupply(JobSettings settings, PromptText text, OnlinePlan plan, RowShape shape,
            IntFunction<Parts<R>> parts) {
        this(settings, text, plan, shape, parts, List.of());
    }

    /** @param beside demonstrations that are learned beside */
    OnlineSupply(JobSettings settings, PromptText text, OnlinePlan plan, RowShape shape,
            IntFunction<Parts<R>> parts, List<PackedRow> beside) {
        this.settings = settings;
        this.text = text;
        this.plan = plan;
        this.shape = shape;
        this.parts = parts;
        this.beside = List.copyOf(beside);
    }

    @Override
    public int longestRow() {
        int prompt = longestPrompt();
        int answer = longestAnswer();
        return Math.max(longestBeside(),
                shape.shares() ? prompt + shape.answers() * answer : shape.answers() * (prompt + answer));
    }

    @Override
    public int longestSequence() { return Math.max(longestBeside(), longestPrompt() + longestAnswer()); }

    private int longestPrompt() { return text.training().stream().mapToInt(row -> row.ids().length).max().orElse(1); }

    private int longestAnswer() { return settings.own(RolloutSettings.class).maxCompletionLength(); }

    private int longestBeside() { return beside.stream().mapToInt(row -> row.packed().tokens()).max().orElse(1); }

    @Override
    public long largestStep() {
        return (long) longestRow() * shape.rows()
                * Math.ceilDiv(settings.training().rowsPerStep(), plan.samples());
    }

    @Override
    public long stepsPerEpoch() {
        return Math.max(1, Math.ceilDiv(text.training().size(), plan.prompts())
                * settings.own(RolloutSettings.class).steps()
                * settings.find(Selection.class).map(Selection::cycle).orElse(1));
    }

    @Override
    public Map<String, Object> content() {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("training prompts", PromptText.digest(text.training()));
        content.put("evaluation prompts", text.evaluation().isEmpty() ? "none" : PromptText.digest(text.evaluation()));
        if (!beside.isEmpty()) {
            content.put("demonstrations", RowsDigest.of(beside));
        }
        return content;
    }

    @Override
    public Course<R> course(Pass<R> pass, int microbatchTokens) {
        Parts<R> made = parts.apply(microbatchTokens);
        RolloutSettings rollouts = settings.own(RolloutSettings.class);
        PromptOrder order = new PromptOrder(text.training(), settings.data().shuffleDataset(),
                settings.training().seed());
        ExperienceSource<R> source = new ExperienceSource<>(order, made.explorer(), made.maker(),
                new ExperienceSource.Plan(plan.prompts(), plan.samples(), rollouts.stepsPerGeneration(),
                        rollouts.numIterations(), rollouts.dynamicSampling(), microbatchTokens,
                        settings.training().seed()),
                rollouts.logCompletions()
                        ? new RolloutLog(settings.run().out().resolve(RolloutLog.FILE), settings.run().resume())
                        : (step, groups, result) -> {});
        return new Course<>(source, evaluation(made.examiner()), false);
    }

    private Optional<Evaluation> evaluation(Explorer explorer) {
        List<PromptRow> held = text.evaluation();
        return held.isEmpty() ? Optional.empty() : Optional.of(() -> evaluated(explorer, held));
    }

    /** Draws are those of generation -1 each time, so that evaluations differ by the policy alone. */
    private static Evaluation.Result evaluated(Explorer explorer, List<PromptRow> held) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        Explorer.Found found = explorer.explore(held, 1, -1, 0);
        double loss = -found.metrics().getOrDefault("reward", Double.NaN);
        metrics.put("eval_loss", loss);
        found.metrics().forEach((name, value) -> metrics.put("eval_" + name, value));
        return new Evaluation.Result(loss, metrics);
    }
}
