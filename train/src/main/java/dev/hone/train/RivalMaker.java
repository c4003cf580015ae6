package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Each answer of the policy's with one of another's, as a pair. Answers that are worth the same make none. */
final class RivalMaker extends ContestMaker<RivalRow> {

    /**
     * @param shares whether answers share the forward of their prompt
     * @param referred gives pairs the reference's log-probs
     */
    RivalMaker(Contest contest, boolean shares, UnaryOperator<List<RivalRow>> referred) {
        super(contest, shares, referred);
    }

    @Override
    List<RivalRow> rows(int[] prompt, List<Contest.Match> matches) {
        return matches.stream().filter(match -> match.margin() != 0)
                .map(match -> new RivalRow(PairKeeper.pair(prompt, match, shares()), match.margin() < 0)).toList();
    }

    @Override
    Map<String, Double> metrics(List<Contest.Match> matches, int rows) {
        return Map.of("pairs", (double) rows, "pairs/left_out", (double) matches.size() - rows);
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
