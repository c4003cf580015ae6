package dev.hone.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Each answer of the policy's with one of another's, as a pair. Answers that are worth the same make none. */
final class RivalMaker implements ExperienceMaker<RivalRow> {
    private final Contest contest;
    private final boolean shares;
    private final UnaryOperator<List<RivalRow>> referred;

    /**
     * @param shares whether answers share the forward of their prompt
     * @param referred gives pairs the reference's log-probs
     */
    RivalMaker(Contest contest, boolean shares, UnaryOperator<List<RivalRow>> referred) {
        this.contest = contest;
        this.shares = shares;
        this.referred = referred;
    }

    @Override
    public Made<RivalRow> make(List<Group> groups, Turn turn) {
        Contest.Held held = contest.hold(groups, turn);
        List<RivalRow> rows = new ArrayList<>();
        int ties = 0;
        for (int g = 0; g < groups.size(); g++) {
            for (Contest.Match match : held.matches().get(g)) {
                double margin = match.own().value() - match.other().value();
                if (margin == 0) {
                    ties++;
                    continue;
                }
                List<int[]> ordered = margin > 0
                        ? List.of(match.own().ids(), match.other().ids())
                        : List.of(match.other().ids(), match.own().ids());
                rows.add(new RivalRow(
                        PairKeeper.pair(groups.get(g).prompt().ids(), ordered, Math.abs(margin), shares),
                        margin < 0));
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>(held.metrics());
        metrics.put("pairs", (double) rows.size());
        metrics.put("pairs/left_out", (double) ties);
        return new Made<>(referred.apply(rows), metrics, held.log());
    }

    @Override
    public Map<String, Object> kept(RivalRow row) {
        Map<String, Object> kept = new LinkedHashMap<>(PairKeeper.kept(row.pair()));
        kept.put("rival_chosen", row.rivalChosen() ? 1 : 0);
        return kept;
    }

    @Override
    public RivalRow restored(Kept kept) {
        return new RivalRow(PairKeeper.restored(kept), kept.number("rival_chosen") == 1);
    }
}
