package dev.hone.train;

import dev.hone.objective.Selection;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The answers that a selection keeps, as demonstrations with loss on the answer alone. Answers to prompts that are asked again
 * in the same cycle are chosen from together; they are part of the {@linkplain #state state}.
 */
final class SelectionMaker implements ExperienceMaker<PackedRow> {
    private final Selection selection;
    private final boolean endedOnly;
    private final List<Answer> pool = new ArrayList<>();
    private long cycle = -1;

    /** @param endedOnly whether answers that were cut off are never kept */
    SelectionMaker(Selection selection, boolean endedOnly) {
        this.selection = selection;
        this.endedOnly = endedOnly;
    }

    /** An answer that could be judged. */
    private record Answer(int prompt, int[] promptIds, int[] ids, double score) {

        Map<String, Object> kept() {
            return Map.of("prompt", prompt, "prompt_ids", Arrays.stream(promptIds).boxed().toList(), "ids",
                    Arrays.stream(ids).boxed().toList(), "score", score);
        }

        static Answer restored(Kept kept) {
            return new Answer((int) kept.number("prompt"), kept.ints("prompt_ids"), kept.ints("ids"),
                    kept.number("score"));
        }

        PackedRow row() { return new PackedRow(RolloutRow.of(promptIds, List.of(ids), false).packed()); }
    }

    @Override
    public int cycle() { return selection.cycle(); }

    @Override
    public Made<PackedRow> make(List<Group> groups, Turn turn) {
        if (turn.generation() / cycle() != cycle) {
            cycle = turn.generation() / cycle();
            pool.clear();
        }
        List<int[]> places = gather(groups);
        boolean[] kept = selection.keep(pool.stream().mapToInt(Answer::prompt).toArray(),
                pool.stream().mapToDouble(Answer::score).toArray(), turn.generation());
        List<Answer> chosen = new ArrayList<>();
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                chosen.add(pool.get(i));
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("selection/kept", (double) chosen.size());
        metrics.put("selection/share", pool.isEmpty() ? 0 : chosen.size() / (double) pool.size());
        chosen.stream().mapToDouble(Answer::score).average()
                .ifPresent(mean -> metrics.put("selection/reward", mean));
        return new Made<>(chosen.stream().map(Answer::row).toList(), metrics, log(places, kept));
    }

    /** Puts answers into the pool: where each of each group is there, -1 for one that is not. */
    private List<int[]> gather(List<Group> groups) {
        Set<List<Integer>> known = new HashSet<>();
        if (selection.distinct()) {
            pool.forEach(answer -> known.add(text(answer.prompt(), answer.ids())));
        }
        List<int[]> places = new ArrayList<>();
        for (Group group : groups) {
            int[] own = new int[group.rollouts().size()];
            for (int i = 0; i < own.length; i++) {
                Rollout rollout = group.rollouts().get(i);
                boolean learnable = group.scores().get(i).usable()
                        && !(endedOnly && rollout.stop() == StopReason.LENGTH)
                        && (!selection.distinct()
                                || known.add(text(group.prompt().index(), rollout.completionIds())));
                own[i] = learnable ? pool.size() : -1;
                if (learnable) {
                    pool.add(new Answer(group.prompt().index(), group.prompt().ids(), rollout.completionIds(),
                            group.scores().get(i).total()));
                }
            }
            places.add(own);
        }
        return places;
    }

    private static List<Integer> text(int prompt, int[] ids) {
        List<Integer> text = new ArrayList<>(List.of(prompt));
        Arrays.stream(ids).forEach(text::add);
        return text;
    }

    private static List<List<Map<String, Double>>> log(List<int[]> places, boolean[] kept) {
        return places.stream().map(own -> Arrays.stream(own)
                .mapToObj(place -> Map.of("kept", place >= 0 && kept[place] ? 1.0 : 0.0)).toList()).toList();
    }

    @Override
    public Map<String, Object> state() {
        return Map.of("cycle", cycle, "pool", cycle() == 1 ? List.of() : pool.stream().map(Answer::kept).toList());
    }

    @Override
    public void restore(Map<String, ?> state) {
        Kept kept = Kept.of(state);
        cycle = (long) kept.number("cycle");
        pool.clear();
        kept.maps("pool").forEach(answer -> pool.add(Answer.restored(answer)));
    }

    @Override
    public Map<String, Object> kept(PackedRow row) { return RolloutKeeper.packed(row.packed()); }

    @Override
    public PackedRow restored(Kept kept) { return new PackedRow(RolloutKeeper.packed(kept)); }
}
