package dev.hone.train;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The best and the worst of a policy's answers to each prompt, as pairs. */
final class OwnPairMaker extends ContestMaker<PairRow> {

    /**
     * @param shares whether answers share the forward of their prompt
     * @param referred gives pairs the reference's log-probs, where they are needed
     */
    OwnPairMaker(OwnContest contest, boolean shares, UnaryOperator<List<PairRow>> referred) {
        super(contest, shares, referred);
    }

    @Override
    List<PairRow> rows(int[] prompt, List<Contest.Match> matches) {
        return matches.stream().map(match -> PairKeeper.pair(prompt, match, shares())).toList();
    }

    @Override
    Map<String, Double> metrics(List<Contest.Match> matches, int rows) { return Map.of("pairs", (double) rows); }

    @Override
    public Map<String, Object> kept(PairRow row) { return PairKeeper.kept(row); }

    @Override
    public PairRow restored(Kept kept) { return PairKeeper.restored(kept); }
}
