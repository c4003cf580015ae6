package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hone.model.Decoder;
import dev.hone.model.Families;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Fixture;
import dev.hone.tensor.Scope;
import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Greedy completions of every causal checkpoint of the golden folder, token by token. */
@Tag("golden")
class GreedyGoldenTest {

    static Stream<Path> models() { return Golden.folders("models").stream(); }

    @ParameterizedTest
    @MethodSource("models")
    void oneRow(Path folder) {
        try (Fixture golden = causal(folder, "greedy.single.new_tokens")) {
            int[] expected = golden.ints("greedy.single.new_tokens");
            List<Rollout> rollouts = generate(folder, List.of(golden.ints("single.input_ids")), expected.length,
                    Stop.NEVER, 64);
            assertThat(rollouts).singleElement().satisfies(rollout -> {
                assertThat(rollout.completionIds()).containsExactly(expected);
                assertThat(rollout.stop()).isEqualTo(StopReason.LENGTH);
                assertThat(rollout.logProbs()).hasSize(expected.length).containsOnly(0f);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void rowsOfDifferentLengthTogetherAndThroughTwoSlots(Path folder) {
        try (Fixture golden = causal(folder, "greedy.left.new_tokens")) {
            int[][] expected = matrix(golden, "greedy.left.new_tokens");
            for (int slots : new int[]{64, 2}) {
                List<Rollout> rollouts = generate(folder, prompts(golden), expected[0].length, Stop.NEVER, slots);
                assertThat(rollouts).hasSize(expected.length);
                for (int row = 0; row < expected.length; row++) {
                    assertThat(rollouts.get(row).completionIds()).as("row " + row).containsExactly(expected[row]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void rowsThatEndAtTheEndToken(Path folder) {
        try (Fixture golden = causal(folder, "greedy_eos.left.new_tokens")) {
            int end = Golden.json(folder.resolve("golden.json")).get("greedy_eos_token").asInt();
            int[][] expected = matrix(golden, "greedy_eos.left.new_tokens");
            int longest = matrix(golden, "greedy.left.new_tokens")[0].length;
            List<Rollout> rollouts = generate(folder, prompts(golden), longest, Stop.at(end), 64);
            for (int row = 0; row < expected.length; row++) {
                int[] ids = rollouts.get(row).completionIds();
                boolean ended = Arrays.stream(expected[row]).anyMatch(id -> id == end);
                assertThat(ids).as("row " + row).containsExactly(untilEnd(expected[row], end));
                assertThat(rollouts.get(row).stop()).isEqualTo(ended ? StopReason.END_TOKEN : StopReason.LENGTH);
            }
        }
    }

    private static int[] untilEnd(int[] padded, int end) {
        for (int i = 0; i < padded.length; i++) {
            if (padded[i] == end) {
                return Arrays.copyOf(padded, i + 1);
            }
        }
        return padded;
    }

    private static List<Rollout> generate(Path folder, List<int[]> prompts, int tokens, Stop stop, int slots) {
        try (Decoder model = Decoder.load(folder, DType.FLOAT32, Device.CPU)) {
            EngineLimits limits = new EngineLimits(slots, Long.MAX_VALUE, Long.MAX_VALUE);
            return new RolloutEngine(model, limits, Optional.empty()).generate(PromptTokens.of(prompts),
                    new Generation(tokens, 1, Sampling.GREEDY, stop));
        }
    }

    private static List<int[]> prompts(Fixture golden) {
        int[][] ids = matrix(golden, "left.input_ids");
        int[][] mask = matrix(golden, "left.attention_mask");
        List<int[]> prompts = new ArrayList<>();
        for (int row = 0; row < ids.length; row++) {
            int padding = ids[row].length - Arrays.stream(mask[row]).sum();
            prompts.add(Arrays.copyOfRange(ids[row], padding, ids[row].length));
        }
        return prompts;
    }

    private static int[][] matrix(Fixture golden, String name) {
        int[] flat = golden.ints(name);
        try (Scope scope = Scope.open()) {
            int rows = (int) golden.get(name).size(0);
            int columns = flat.length / rows;
            int[][] matrix = new int[rows][];
            Arrays.setAll(matrix, row -> Arrays.copyOfRange(flat, row * columns, (row + 1) * columns));
            return matrix;
        }
    }

    private static Fixture causal(Path folder, String needed) {
        String family = Golden.json(folder.resolve("config.json")).get("model_type").asString();
        assumeTrue(Families.known().contains(family), "family " + family + " is not there yet");
        Fixture golden = Fixture.open(folder.resolve("golden.safetensors"));
        if (!golden.has(needed)) {
            golden.close();
            assumeTrue(false, "no " + needed);
        }
        return golden;
    }
}
