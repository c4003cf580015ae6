package dev.hone.train;

import dev.hone.objective.Opponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The policy's answers with P − ½ as the advantage of all tokens, P the probability to win over an answer of another's. */
final class DuelMaker extends ContestMaker<RolloutRow> {
    private final Opponent opponent;

    /**
     * @param shares whether answers share the forward of their prompt
     * @param referred gives rows the reference's log-probs
     */
    DuelMaker(Contest contest, Opponent opponent, boolean shares, UnaryOperator<List<RolloutRow>> referred) {
        super(contest, shares, referred);
        this.opponent = opponent;
    }

    @Override
    List<RolloutRow> rows(int[] prompt, List<Contest.Match> matches) {
        RolloutRow row = RolloutRow.of(prompt, matches.stream().map(match -> match.own().ids()).toList(), shares());
        return List.of(row.withAnswers(matches.stream().map(this::answer).toList()));
    }

    @Override
    Map<String, Double> metrics(List<Contest.Match> matches, int rows) {
        return matches.isEmpty()
                ? Map.of()
                : Map.of("rival/probability", matches.stream().mapToDouble(this::wins).average().orElseThrow());
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
