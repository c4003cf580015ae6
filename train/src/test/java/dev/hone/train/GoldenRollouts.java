package dev.hone.train;

import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The answers of one step as TRL had them, and what it made of them. */
record GoldenRollouts(int[][] prompts, int[][] completions, float[] advantages, Optional<float[][]> old,
        Optional<float[][]> reference) {
    static GoldenRollouts of(Fixture batches, int step) {
        String prefix = "step" + step + ".micro0.";
        int[][] completions = unpadded(batches, prefix + "completion");
        return new GoldenRollouts(unpadded(batches, prefix + "prompt"), completions,
                floats(batches, prefix + "advantages"),
                table(batches, prefix + "old_per_token_logps", completions),
                table(batches, prefix + "ref_per_token_logps", completions));
    }

    /** Which answers belong to the same prompt, in the order in which prompts appear. */
    List<List<Integer>> groups() {
        Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < prompts.length; i++) {
            groups.computeIfAbsent(Arrays.stream(prompts[i]).boxed().toList(), key -> new ArrayList<>()).add(i);
        }
        return List.copyOf(groups.values());
    }

    List<RolloutRow> rows(boolean shares) {
        List<RolloutRow> rows = new ArrayList<>();
        for (List<Integer> group : shares ? groups() : singles()) {
            RolloutRow row = RolloutRow.of(prompts[group.getFirst()],
                    group.stream().map(i -> completions[i]).toList(), shares)
                    .withAnswers(group.stream().map(this::answer).toList());
            rows.add(reference.isEmpty()
                    ? row
                    : row.withReference(group.stream().map(i -> reference.get()[i]).toList()));
        }
        return rows;
    }

    private List<List<Integer>> singles() { return IntStream.range(0, prompts.length).mapToObj(List::of).toList(); }

    private RolloutRow.Answer answer(int i) {
        float[] advantage = new float[completions[i].length];
        float[] ones = new float[advantage.length];
        Arrays.fill(advantage, advantages[i]);
        Arrays.fill(ones, 1);
        return new RolloutRow.Answer(old.map(all -> all[i]), Optional.empty(), advantage, ones, List.of());
    }

    static float[] floats(Fixture batches, String name) {
        try (Scope scope = Scope.open()) {
            return batches.get(name).reshape(-1).toFloats();
        }
    }

    private static int width(Fixture batches, String name) {
        try (Scope scope = Scope.open()) {
            return (int) batches.get(name).size(1);
        }
    }

    private static int[][] unpadded(Fixture batches, String name) {
        int[] ids = batches.ints(name + "_ids");
        int[] mask = batches.ints(name + "_mask");
        int width = width(batches, name + "_ids");
        return IntStream.range(0, ids.length / width).mapToObj(row -> IntStream.range(row * width, (row + 1) * width)
                .filter(i -> mask[i] != 0).map(i -> ids[i]).toArray()).toArray(int[][]::new);
    }

    /** Completions are padded on the right. */
    private static Optional<float[][]> table(Fixture batches, String name, int[][] completions) {
        if (!batches.names().contains(name)) {
            return Optional.empty();
        }
        float[] all = floats(batches, name);
        int width = width(batches, name);
        return Optional.of(IntStream.range(0, completions.length)
                .mapToObj(i -> Arrays.copyOfRange(all, i * width, i * width + completions[i].length))
                .toArray(float[][]::new));
    }
}
