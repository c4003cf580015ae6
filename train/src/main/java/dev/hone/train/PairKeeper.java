package dev.hone.train;

import dev.hone.objective.StepTotals;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Pairs of sampled answers: how they are made, and how a checkpoint keeps those still to be learned from, bit for bit. */
final class PairKeeper {
    private PairKeeper() {}

    /**
     * A pair of sampled answers, the better one first.
     *
     * @param shares whether the answers share the forward of their prompt
     */
    static PairRow pair(int[] prompt, Contest.Match match, boolean shares) {
        List<int[]> ordered = match.margin() < 0
                ? List.of(match.other().ids(), match.own().ids())
                : List.of(match.own().ids(), match.other().ids());
        return new PairRow(RolloutRow.of(prompt, ordered, shares).packed(), prompt.length,
                OptionalDouble.of(Math.abs(match.margin())), List.of(),
                new StepTotals(1, ordered.getFirst().length));
    }

    static Map<String, Object> kept(PairRow row) {
        Map<String, Object> kept = new LinkedHashMap<>(RolloutKeeper.packed(row.packed()));
        kept.put("prompt_length", row.promptLength());
        row.margin().ifPresent(margin -> kept.put("margin", margin));
        kept.put("reference", row.reference().stream().map(RolloutKeeper::list).toList());
        kept.put("rows", row.counts().rows());
        kept.put("tokens", row.counts().tokens());
        return kept;
    }

    static PairRow restored(Kept kept) {
        return new PairRow(RolloutKeeper.packed(kept), (int) kept.number("prompt_length"),
                kept.has("margin") ? OptionalDouble.of(kept.number("margin")) : OptionalDouble.empty(),
                kept.list("reference").stream().map(row -> Kept.floats((List<?>) row)).toList(),
                new StepTotals(kept.number("rows"), kept.number("tokens")));
    }
}
