package dev.hone.train;

import dev.hone.text.Packed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rollouts that a checkpoint keeps because they are still to be learned from: as JSON holds them, bit for bit. */
final class RolloutKeeper {
    private RolloutKeeper() {}

    static Map<String, Object> kept(RolloutRow row) {
        Map<String, Object> kept = new LinkedHashMap<>(packed(row.packed()));
        kept.put("prompt_length", row.promptLength());
        kept.put("answers", row.answers().stream().map(RolloutKeeper::answer).toList());
        kept.put("reference", row.reference().stream().map(RolloutKeeper::list).toList());
        return kept;
    }

    static RolloutRow restored(Kept kept) {
        return new RolloutRow(packed(kept), (int) kept.number("prompt_length"),
                kept.maps("answers").stream().map(RolloutKeeper::answer).toList(),
                kept.list("reference").stream().map(row -> Kept.floats((List<?>) row)).toList());
    }

    private static Map<String, Object> answer(RolloutRow.Answer answer) {
        Map<String, Object> kept = new LinkedHashMap<>();
        answer.behaviour().ifPresent(behaviour -> kept.put("behaviour", list(behaviour)));
        answer.sampled().ifPresent(sampled -> kept.put("sampled", list(sampled)));
        if (!answer.supports().isEmpty()) {
            kept.put("supports", SupportKeeper.kept(answer.supports()));
        }
        kept.put("advantages", list(answer.advantages()));
        kept.put("weights", list(answer.weights()));
        kept.put("critics", answer.critics().stream()
                .map(critic -> Map.of("values", list(critic.values()), "returns", list(critic.returns()))).toList());
        return kept;
    }

    private static RolloutRow.Answer answer(Kept kept) {
        return new RolloutRow.Answer(given(kept, "behaviour"), given(kept, "sampled"),
                kept.floats("advantages"), kept.floats("weights"), kept.maps("critics").stream()
                        .map(both -> new RolloutRow.Values(both.floats("values"), both.floats("returns"))).toList(),
                kept.has("supports") ? SupportKeeper.restored(kept.text("supports")) : List.of());
    }

    private static Optional<float[]> given(Kept kept, String name) {
        return kept.has(name) ? Optional.of(kept.floats(name)) : Optional.empty();
    }

    /** The sequences of any row. */
    static Map<String, Object> packed(Packed packed) {
        Map<String, Object> kept = new LinkedHashMap<>();
        kept.put("ids", list(packed.ids()));
        kept.put("starts", list(packed.starts()));
        kept.put("weight", list(packed.weight()));
        kept.put("parents", list(packed.parents()));
        kept.put("shared", list(packed.shared()));
        return kept;
    }

    static Packed packed(Kept kept) {
        return new Packed(kept.ints("ids"), kept.ints("starts"), kept.floats("weight"), kept.ints("parents"),
                kept.ints("shared"));
    }

    private static List<Integer> list(int[] values) { return java.util.Arrays.stream(values).boxed().toList(); }

    static List<Double> list(float[] values) {
        List<Double> list = new ArrayList<>(values.length);
        for (float value : values) {
            list.add((double) value);
        }
        return list;
    }
}
