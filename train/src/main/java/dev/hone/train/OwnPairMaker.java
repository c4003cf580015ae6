package dev.hone.train;

import dev.hone.objective.EndPenalty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The best and the worst of a policy's answers to each prompt, as pairs. Prompts whose answers are all worth the same are left
 * out, where TRL takes the first answer for the better one.
 */
final class OwnPairMaker implements ExperienceMaker<PairRow> {
    private final EndPenalty penalty;
    private final boolean endedOnly;
    private final boolean shares;
    private final UnaryOperator<List<PairRow>> referred;

    /**
     * @param endedOnly whether answers that were cut off are left out
     * @param shares whether answers share the forward of their prompt
     * @param referred gives pairs the reference's log-probs, where they are needed
     */
    OwnPairMaker(EndPenalty penalty, boolean endedOnly, boolean shares, UnaryOperator<List<PairRow>> referred) {
        this.penalty = penalty;
        this.endedOnly = endedOnly;
        this.shares = shares;
        this.referred = referred;
    }

    @Override
    public Made<PairRow> make(List<Group> groups, Turn turn) {
        List<PairRow> rows = new ArrayList<>();
        double margins = 0;
        for (Group group : groups) {
            List<Judgement> judged = IntStream.range(0, group.rollouts().size())
                    .mapToObj(i -> Judgement.of(group, i, penalty, endedOnly)).filter(Judgement::usable)
                    .sorted(Comparator.comparingDouble((Judgement each) -> -each.value())).toList();
            double margin = judged.size() < 2 ? 0 : judged.getFirst().value() - judged.getLast().value();
            if (margin > 0) {
                rows.add(PairKeeper.pair(group.prompt().ids(),
                        List.of(judged.getFirst().ids(), judged.getLast().ids()), margin, shares));
                margins += margin;
            }
        }
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("pairs", (double) rows.size());
        metrics.put("pairs/left_out", (double) groups.size() - rows.size());
        if (!rows.isEmpty()) {
            metrics.put("objective/scores_margin", margins / rows.size());
        }
        return new Made<>(referred.apply(rows), metrics, List.of());
    }

    @Override
    public Map<String, Object> kept(PairRow row) { return PairKeeper.kept(row); }

    @Override
    public PairRow restored(Kept kept) { return PairKeeper.restored(kept); }
}
