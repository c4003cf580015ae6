package dev.hone.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Makes rows of the matches of a contest. */
abstract class ContestMaker<R extends CompletionRow> implements ExperienceMaker<R> {
    private final Contest contest;
    private final boolean shares;
    private final UnaryOperator<List<R>> referred;

    /**
     * @param shares whether answers share the forward of their prompt
     * @param referred gives rows the reference's log-probs, where they are needed
     */
    ContestMaker(Contest contest, boolean shares, UnaryOperator<List<R>> referred) {
        this.contest = contest;
        this.shares = shares;
        this.referred = referred;
    }

    final boolean shares() { return shares; }

    /**
     * What is learned from the matches of one prompt.
     *
     * @param matches at least one
     */
    abstract List<R> rows(int[] prompt, List<Contest.Match> matches);

    /** What the making showed, beside the contest's own metrics. */
    abstract Map<String, Double> metrics(List<Contest.Match> matches, int rows);

    @Override
    public final Made<R> make(List<Group> groups, Turn turn) {
        Contest.Held held = contest.hold(groups, turn);
        List<R> rows = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            if (!held.matches().get(g).isEmpty()) {
                rows.addAll(rows(groups.get(g).prompt().ids(), held.matches().get(g)));
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>(held.metrics());
        metrics.putAll(metrics(held.matches().stream().flatMap(List::stream).toList(), rows.size()));
        return new Made<>(referred.apply(rows), metrics, held.log(), held.rivals());
    }
}
