package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelException;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches, admission, stop rules and limits, on a small random model. */
class RolloutEngineTest {
    private static final int POSITIONS = 60;
    private static final Sampling SAMPLING = Sampling.of(0.9, 42).withTopP(0.95).withRepetitionPenalty(1.1);
    /** Token n is the letter n of the alphabet. */
    private static final TokenText LETTERS = ids -> Arrays.stream(ids).mapToObj(id -> String.valueOf((char) ('a' + id)))
            .collect(Collectors.joining());

    private static Decoder model;
    private static int threads;

    @BeforeAll
    static void make() {
        // one thread: the products here are too small to share
        threads = Engine.threads();
        Engine.threads(1);
        model = Decoder.random(HubConfig.parse("""
                {"model_type": "qwen2", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
                 "num_key_value_heads": 2, "intermediate_size": 48, "vocab_size": 26, "max_position_embeddings": 60,
                 "initializer_range": 0.3, "tie_word_embeddings": true}"""), 3, DType.FLOAT32, Device.CPU);
        // the model's table of rotary positions is made at its first use and stays with it
        engine(1).generate(prompts(1), new Generation(1, 1, SAMPLING, Stop.NEVER));
    }

    @AfterAll
    static void free() {
        model.close();
        Engine.threads(threads);
    }

    @Test
    void everyNumberOfSlotsGivesWhatEachPromptGivesAlone() {
        List<PromptTokens> prompts = prompts(6);
        Generation generation = new Generation(25, 3, SAMPLING, Stop.at(1, 2));
        List<Rollout> alone = prompts.stream()
                .flatMap(prompt -> engine(1).generate(List.of(prompt), generation).stream()).toList();
        for (int slots : new int[]{2, 5, 64}) {
            List<Rollout> together = engine(slots).generate(prompts, generation);
            assertThat(together).hasSameSizeAs(alone);
            for (int i = 0; i < together.size(); i++) {
                same(together.get(i), alone.get(i));
                assertThat(together.get(i).prompt()).isEqualTo(i / 3);
                assertThat(together.get(i).sample()).isEqualTo(i % 3);
                assertThat(together.get(i).promptIds()).isEqualTo(prompts.get(i / 3).ids());
            }
        }
        // the case means something only where rows end at different times and samples differ
        assertThat(alone.stream().map(rollout -> rollout.completionIds().length).distinct().count()).isGreaterThan(3);
        assertThat(alone.stream().map(rollout -> Arrays.toString(rollout.completionIds())).distinct().count())
                .isGreaterThan(12);
    }

    private static void same(Rollout one, Rollout other) {
        assertThat(one.completionIds()).containsExactly(other.completionIds());
        assertThat(one.logProbs()).containsExactly(other.logProbs(), Offset.offset(1e-4f));
        assertThat(one.stop()).isEqualTo(other.stop());
    }

    @Test
    void theSeedDecides() {
        List<PromptTokens> prompts = prompts(3);
        List<String> first = completions(prompts, SAMPLING);
        assertThat(completions(prompts, SAMPLING)).isEqualTo(first);
        assertThat(completions(prompts, SAMPLING.withSeed(43))).isNotEqualTo(first);
        assertThat(completions(prompts, SAMPLING.withTopK(1))).isEqualTo(
                completions(prompts, Sampling.GREEDY.withRepetitionPenalty(1.1)));
    }

    @Test
    void aSmallMemoryBudgetRunsFewerAtOnceAndNeverNone() {
        Generation generation = new Generation(12, 2, SAMPLING, Stop.NEVER);
        List<Rollout> wide = engine(64).generate(prompts(4), generation);
        List<Rollout> narrow = new RolloutEngine(model, new EngineLimits(64, 1, Long.MAX_VALUE), Optional.empty())
                .generate(prompts(4), generation);
        for (int i = 0; i < wide.size(); i++) {
            assertThat(narrow.get(i).completionIds()).containsExactly(wide.get(i).completionIds());
        }
    }

    @Test
    void stopStringsEndACompletionAndAreCutFromItsText() {
        Generation free = new Generation(40, 1, SAMPLING, Stop.NEVER);
        RolloutEngine engine = new RolloutEngine(model, LETTERS);
        List<Rollout> whole = engine.generate(prompts(5), free);
        for (Rollout rollout : whole) {
            String text = rollout.text().orElseThrow();
            String wanted = text.substring(17, 20);
            int at = text.indexOf(wanted);
            Rollout cut = engine.generate(List.of(new PromptTokens(rollout.prompt(), rollout.promptIds())),
                    new Generation(40, 1, SAMPLING, Stop.NEVER.withStrings("no such text", wanted))).getFirst();
            assertThat(cut.stop()).isEqualTo(StopReason.STOP_STRING);
            assertThat(cut.text()).contains(text.substring(0, at));
            assertThat(cut.completionIds()).containsExactly(Arrays.copyOf(rollout.completionIds(), at + 3));
            assertThat(cut.logProbs()).hasSize(at + 3);
        }
    }

    @Test
    void anEndTokenIsKeptButNotPartOfTheText() {
        RolloutEngine engine = new RolloutEngine(model, LETTERS);
        Rollout whole = engine.generate(prompts(1), new Generation(20, 1, SAMPLING, Stop.NEVER)).getFirst();
        int end = whole.completionIds()[9];
        int first = LETTERS.text(whole.completionIds()).indexOf('a' + end);
        Rollout cut = engine.generate(prompts(1), new Generation(20, 1, SAMPLING, Stop.at(end))).getFirst();
        assertThat(cut.stop()).isEqualTo(StopReason.END_TOKEN);
        assertThat(cut.completionIds()).hasSize(first + 1).endsWith(end);
        assertThat(cut.text()).contains(LETTERS.text(Arrays.copyOf(cut.completionIds(), first)));
    }

    @Test
    void theListenerHearsEveryTokenInOrderAndEveryEnd() {
        Map<String, List<Integer>> heard = new HashMap<>();
        List<Rollout> ended = new ArrayList<>();
        List<Rollout> rollouts = engine(3).generate(prompts(4), new Generation(15, 2, SAMPLING, Stop.at(4)),
                new GenerationListener() {
                    @Override
                    public void onToken(int prompt, int sample, int token) {
                        heard.computeIfAbsent(prompt + "/" + sample, key -> new ArrayList<>()).add(token);
                    }

                    @Override
                    public void onFinished(Rollout rollout) { ended.add(rollout); }
                });
        assertThat(ended).containsExactlyInAnyOrderElementsOf(rollouts);
        assertThat(heard).hasSize(8);
        for (Rollout rollout : rollouts) {
            assertThat(heard.get(rollout.prompt() + "/" + rollout.sample()))
                    .containsExactlyElementsOf(Arrays.stream(rollout.completionIds()).boxed().toList());
        }
    }

    @Test
    void aListenerThatThrowsEndsTheGenerationAndLeavesNothingBehind() {
        assertThatThrownBy(() -> engine(2).generate(prompts(2), new Generation(15, 1, SAMPLING, Stop.NEVER),
                (prompt, sample, token) -> {
                    throw new IllegalStateException("enough");
                })).hasMessage("enough");
    }

    @Test
    void theModelsPositionsCutTheLimitAndTheListenerHears() {
        Map<Integer, Integer> shortened = new HashMap<>();
        int[] large = new int[POSITIONS - 7];
        List<Rollout> rollouts = engine(4).generate(PromptTokens.of(List.of(new int[]{1, 2}, large)),
                new Generation(50, 1, SAMPLING, Stop.NEVER), new GenerationListener() {
                    @Override
                    public void onToken(int prompt, int sample, int token) {}

                    @Override
                    public void onShortened(int prompt, int maxNewTokens) { shortened.put(prompt, maxNewTokens); }
                });
        assertThat(shortened).containsExactly(Map.entry(1, 7));
        assertThat(rollouts.get(0).completionIds()).hasSize(50);
        assertThat(rollouts.get(1).completionIds()).hasSize(7);
        assertThat(rollouts.get(1).stop()).isEqualTo(StopReason.LENGTH);
    }

    @Test
    void promptsThatCannotBeContinuedAreRefused() {
        Generation generation = new Generation(5, 1, SAMPLING, Stop.NEVER);
        Stream.of(Map.entry(new int[0], "prompt 0 is empty"),
                Map.entry(new int[POSITIONS], "prompt 0 has 60 tokens, expected fewer than 60"),
                Map.entry(new int[]{3, 26}, "token id 26 at position 1 of prompt 0: expected 0 to 25"),
                Map.entry(new int[]{-1}, "token id -1")).forEach(
                        bad -> assertThatThrownBy(
                                () -> engine(2).generate(PromptTokens.of(List.of(bad.getKey())), generation))
                                .isInstanceOf(ModelException.class).hasMessageContaining(bad.getValue()));
        assertThat(engine(2).generate(List.of(), generation)).isEmpty();
        assertThatThrownBy(() -> engine(2).generate(prompts(1),
                new Generation(5, 1, SAMPLING, Stop.NEVER.withStrings("x")))).hasMessageContaining("TokenText");
    }

    private static List<String> completions(List<PromptTokens> prompts, Sampling sampling) {
        return engine(8).generate(prompts, new Generation(20, 1, sampling, Stop.NEVER)).stream()
                .map(rollout -> LETTERS.text(rollout.completionIds())).toList();
    }

    private static RolloutEngine engine(int slots) {
        return new RolloutEngine(model, new EngineLimits(slots, Long.MAX_VALUE, Long.MAX_VALUE), Optional.empty());
    }

    private static List<PromptTokens> prompts(int count) {
        Random random = new Random(9);
        return PromptTokens.of(Stream.generate(() -> random.ints(1 + random.nextInt(20), 0, 26).toArray()).limit(count)
                .toList());
    }
}
