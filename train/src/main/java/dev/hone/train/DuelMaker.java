package dev.hone.train;

import dev.hone.objective.Opponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The policy's answers with P − ½ as the advantage of all tokens, P the probability to win over an answer of another's. */
final class DuelMaker implements ExperienceMaker<RolloutRow> {
    private final Contest contest;
    private final Opponent opponent;
    private final boolean shares;
    private final UnaryOperator<List<RolloutRow>> referred;

    /**
     * @param shares whether answers share the forward of their prompt
     * @param referred gives rows the reference's log-probs
     */
    DuelMaker(Contest contest, Opponent opponent, boolean shares, UnaryOperator<List<RolloutRow>> referred) {
        this.contest = contest;
        this.opponent = opponent;
        this.shares = shares;
        this.referred = referred;
    }

    @Override
    public Made<RolloutRow> make(List<Group> groups, Turn turn) {
        Contest.Held held = contest.hold(groups, turn);
        List<RolloutRow> rows = new ArrayList<>();
        double wins = 0;
        int answers = 0;
        for (int g = 0; g < groups.size(); g++) {
            List<Contest.Match> matches = held.matches().get(g);
            if (matches.isEmpty()) {
                continue;
            }
            RolloutRow row = RolloutRow.of(groups.get(g).prompt().ids(),
                    matches.stream().map(match -> match.own().ids()).toList(), shares);
            rows.add(row.withAnswers(matches.stream().map(this::answer).toList()));
            wins += matches.stream().mapToDouble(this::wins).sum();
            answers += matches.size();
        }
        Map<String, Double> metrics = new LinkedHashMap<>(held.metrics());
        if (answers > 0) {
            metrics.put("rival/probability", wins / answers);
        }
        return new Made<>(referred.apply(rows), metrics, held.log());
    }

    private double wins(Contest.Match match) { return opponent.wins(match.own().value(), match.other().value()); }

    private RolloutRow.Answer answer(Contest.Match match) {
        float[] advantages = new float[match.own().ids().length];
        Arrays.fill(advantages, (float) (wins(match) - 0.5));
        float[] weights = new float[advantages.length];
        Arrays.fill(weights, 1);
        return new RolloutRow.Answer(Optional.empty(), Optional.of(match.own().rollout().policyLogProbs()), advantages,
                weights, List.of());
    }

    @Override
    public Map<String, Object> kept(RolloutRow row) { return RolloutKeeper.kept(row); }

    @Override
    public RolloutRow restored(Kept kept) { return RolloutKeeper.restored(kept); }
}
