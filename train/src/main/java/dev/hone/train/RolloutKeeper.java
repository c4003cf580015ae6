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

    static RolloutRow restored(Map<String, ?> kept) {
        List<RolloutRow.Answer> answers = new ArrayList<>();
        for (Object answer : (List<?>) kept.get("answers")) {
            answers.add(answer((Map<?, ?>) answer));
        }
        List<float[]> reference = ((List<?>) kept.get("reference")).stream().map(RolloutKeeper::floats).toList();
        return new RolloutRow(packed(kept), ((Number) kept.get("prompt_length")).intValue(), answers, reference);
    }

    private static Map<String, Object> answer(RolloutRow.Answer answer) {
        Map<String, Object> kept = new LinkedHashMap<>();
        answer.behaviour().ifPresent(behaviour -> kept.put("behaviour", list(behaviour)));
        kept.put("advantages", list(answer.advantages()));
        kept.put("weights", list(answer.weights()));
        kept.put("critics", answer.critics().stream()
                .map(critic -> Map.of("values", list(critic.values()), "returns", list(critic.returns()))).toList());
        return kept;
    }

    private static RolloutRow.Answer answer(Map<?, ?> kept) {
        List<RolloutRow.Values> critics = new ArrayList<>();
        for (Object critic : (List<?>) kept.get("critics")) {
            Map<?, ?> both = (Map<?, ?>) critic;
            critics.add(new RolloutRow.Values(floats(both.get("values")), floats(both.get("returns"))));
        }
        return new RolloutRow.Answer(Optional.ofNullable(kept.get("behaviour")).map(RolloutKeeper::floats),
                floats(kept.get("advantages")), floats(kept.get("weights")), critics);
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

    static Packed packed(Map<String, ?> kept) {
        return new Packed(ints(kept.get("ids")), ints(kept.get("starts")), floats(kept.get("weight")),
                ints(kept.get("parents")), ints(kept.get("shared")));
    }

    private static List<Integer> list(int[] values) { return java.util.Arrays.stream(values).boxed().toList(); }

    private static List<Double> list(float[] values) {
        List<Double> list = new ArrayList<>(values.length);
        for (float value : values) {
            list.add((double) value);
        }
        return list;
    }

    private static int[] ints(Object list) {
        return ((List<?>) list).stream().mapToInt(value -> ((Number) value).intValue()).toArray();
    }

    private static float[] floats(Object list) {
        List<?> values = (List<?>) list;
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = ((Number) values.get(i)).floatValue();
        }
        return floats;
    }
}
