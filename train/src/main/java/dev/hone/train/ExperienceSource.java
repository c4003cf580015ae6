package dev.hone.train;

import dev.hone.text.DataException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Batches of what the policy itself wrote. A generation of answers serves a fixed number of steps; which prompts it answers and
 * what is drawn follow from its number, so a run that goes on writes what the unbroken one would have written. Answers that are
 * still to be learned from are part of the {@linkplain #state state}.
 */
final class ExperienceSource<R extends StepRow> implements BatchSource<R> {
    private static final int MOST_TRIES = 8;

    private final PromptOrder prompts;
    private final Explorer explorer;
    private final ExperienceMaker<R> maker;
    private final Plan plan;
    private final Listener listener;
    private long current = -1;
    private List<R> rows = List.of();
    private Map<String, Double> told = Map.of();

    /**
     * How generations become steps.
     *
     * @param prompts of a generation
     * @param samples answers to each
     * @param parts steps into which the answers are cut
     * @param passes how often they are learned from
     * @param dynamic whether groups that teach nothing are replaced
     * @param microbatchTokens tokens that go through the model together
     * @param seed of the order of answers
     */
    record Plan(int prompts, int samples, int parts, int passes, boolean dynamic, int microbatchTokens, long seed) {
        long steps() { return (long) parts * passes; }
    }

    /** Is told what was written. */
    @FunctionalInterface
    interface Listener {
        /** @param step the first step that learns from it, counted from 1 */
        void onExperience(long step, List<Group> groups, ExperienceMaker.Made<?> made);
    }

    ExperienceSource(PromptOrder prompts, Explorer explorer, ExperienceMaker<R> maker, Plan plan, Listener listener) {
        this.prompts = prompts;
        this.explorer = explorer;
        this.maker = maker;
        this.plan = plan;
        this.listener = listener;
    }

    @Override
    public long stepsPerEpoch() {
        return Math.max(1, Math.ceilDiv(prompts.size(), plan.prompts()) * plan.steps() * maker.cycle());
    }

    @Override
    public Batch<R> batch(long step) {
        long generation = step / plan.steps();
        if (generation != current) {
            generate(generation, step);
        }
        int within = (int) (step % plan.steps());
        List<R> own = part(within / plan.parts(), within % plan.parts());
        double seen = (double) (generation / maker.cycle() + 1) * plan.prompts() / prompts.size();
        return new Batch<>(RowSource.inOrder(own, plan.microbatchTokens()), seen,
                List.of("answers of generation " + (generation + 1)), within == 0 ? told : untimed(told));
    }

    /** Time was spent once. */
    private static Map<String, Double> untimed(Map<String, Double> told) {
        Map<String, Double> rest = new LinkedHashMap<>(told);
        rest.replaceAll((name, value) -> name.startsWith("time/") ? 0 : value);
        return rest;
    }

    private List<R> part(int pass, int part) {
        int[] order = PromptOrder.shuffled(rows.size(), plan.seed() + 31 * (current + 1), pass);
        int from = (int) ((long) rows.size() * part / plan.parts());
        int to = (int) ((long) rows.size() * (part + 1) / plan.parts());
        int first = from == to ? Math.min(from, rows.size() - 1) : from; // fewer answers than parts: some come twice
        return IntStream.range(first, Math.max(to, first + 1)).mapToObj(i -> rows.get(order[i]))
                .sorted(Comparator.comparingInt((R row) -> -row.packed().tokens())).toList();
    }

    private void generate(long generation, long step) {
        List<Group> groups = new ArrayList<>();
        Map<String, Double> metrics = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> unusable = new LinkedHashMap<>();
        int missing = plan.prompts();
        List<Group> learned = List.of();
        ExperienceMaker.Made<R> made = new ExperienceMaker.Made<>(List.of(), Map.of(), List.of());
        for (int attempt = 0; attempt < MOST_TRIES && made.rows().isEmpty(); attempt++) {
            List<PromptRow> asked = prompts.at(generation / maker.cycle() * plan.prompts()
                    + (long) attempt * (prompts.size() / 2 + 1), missing);
            Explorer.Found found = explorer.explore(asked, plan.samples(), generation, attempt);
            found.metrics().forEach((name, value) -> metrics.merge(name, value,
                    (old, fresh) -> name.startsWith("time/") ? old + fresh : old));
            unusable.putAll(found.unusable());
            found.groups().stream().filter(group -> group.usable() && !(plan.dynamic() && group.flat()))
                    .forEach(groups::add);
            missing = plan.dynamic() || groups.isEmpty() ? plan.prompts() - groups.size() : 0;
            if (!groups.isEmpty() && (missing == 0 || attempt == MOST_TRIES - 1)) {
                made = maker.make(groups, new ExperienceMaker.Turn(generation, attempt));
                learned = List.copyOf(groups);
                groups.clear(); // nothing to learn from these: others are asked
                missing = plan.prompts();
            }
        }
        if (made.rows().isEmpty()) {
            throw new DataException("no answer that could be learned from in " + MOST_TRIES + " tries of "
                    + plan.prompts() + " prompts: " + (unusable.isEmpty()
                            ? "all rewards of every group are equal"
                            : "the rewards said " + unusable)
                    + ". Look at the reward, or at rollouts.jsonl; what was learned before is intact");
        }
        current = generation;
        rows = made.rows();
        metrics.putAll(made.metrics());
        told = metrics;
        listener.onExperience(step + 1, learned, made);
    }

    @Override
    public Map<String, Object> state(long step) {
        Map<String, Object> state = new LinkedHashMap<>(Map.of("maker", maker.state()));
        if (current >= 0 && step / plan.steps() == current) {
            state.put("generation", current);
            state.put("rows", rows.stream().map(maker::kept).toList());
            state.put("told", told);
        }
        return state;
    }

    @Override
    public void restore(Map<String, ?> state) {
        Kept kept = Kept.of(state);
        maker.restore(kept.map("maker").named());
        if (kept.has("generation")) {
            current = (long) kept.number("generation");
            rows = kept.maps("rows").stream().map(maker::restored).toList();
            told = new LinkedHashMap<>();
            kept.map("told").named().forEach((name, value) -> told.put(name, Kept.number(value)));
        }
    }
}
