package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.model.Decoder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever runs beside it and however often it is broken off, a completion is the same. */
class ResumeTest {
    private static Decoder model;

    @BeforeAll
    static void make() {
        model = SmallModel.make(3);
        SmallModel.engine(model, 1).generate(SmallModel.prompts(1),
                new Generation(150, 1, Sampling.GREEDY, Stop.NEVER));
    }

    @AfterAll
    static void free() { model.close(); }

    static Stream<Generation> generations() {
        Generation plain = new Generation(Lengths.between(5, 90), 3, Sampling.of(0.9, 42), Stop.at(1, 2),
                Support.WHOLE);
        Generation filtered = new Generation(70, 3, Sampling.of(1.1, 7).withTopP(0.9).withRepetitionPenalty(1.2),
                Stop.at(1, 2)).with(Support.WHOLE.withMinNewTokens(20).keeping());
        return Stream.of(plain, filtered);
    }

    @Test
    void everyNumberOfSlotsGivesTheSameTokens() {
        generations().forEach(generation -> {
            List<Rollout> wide = SmallModel.engine(model, 64).generate(SmallModel.prompts(7), generation);
            for (int slots : new int[]{1, 3}) {
                same(SmallModel.engine(model, slots).generate(SmallModel.prompts(7), generation), wide);
            }
            assertThat(wide.stream().map(rollout -> rollout.completionIds().length).distinct().count())
                    .isGreaterThan(8);
        });
    }

    @Test
    void theOrderOfPromptsDoesNotMatter() {
        Generation generation = generations().findFirst().orElseThrow();
        List<Rollout> forward = SmallModel.engine(model, 4).generate(SmallModel.prompts(7), generation);
        List<Rollout> backward = SmallModel.engine(model, 4).generate(SmallModel.prompts(7).reversed(), generation);
        for (Rollout rollout : forward) {
            Rollout other = backward.stream().filter(each -> each.prompt() == rollout.prompt()
                    && each.sample() == rollout.sample()).findFirst().orElseThrow();
            same(List.of(other), List.of(rollout));
        }
    }

    @Test
    void aGenerationThatIsBrokenOffGoesOnAsIfItWereNot() {
        generations().forEach(generation -> {
            RolloutEngine engine = SmallModel.engine(model, 5);
            List<Rollout> unbroken = engine.generate(SmallModel.prompts(7), generation);
            GenerationState state = engine.begin(SmallModel.prompts(7), generation);
            int pauses = 0;
            while (!state.isFinished()) {
                GenerationState next = engine.resume(copy(state), generation, 7, GenerationListener.NONE);
                assertThat(next.finished().size() + next.unfinished().size()).isEqualTo(21);
                assertThat(next.finished().keySet()).containsAll(state.finished().keySet());
                state = next;
                pauses++;
            }
            assertThat(pauses).isGreaterThan(4);
            same(state.rollouts(), unbroken);
        });
    }

    /** As read from a file: equal numbers in other arrays. */
    private static GenerationState copy(GenerationState state) {
        return new GenerationState(state.finished(), state.unfinished().stream()
                .map(row -> new Unfinished(row.number(),
                        new PromptTokens(row.prompt().index(), row.prompt().ids().clone()), row.sample(),
                        row.ids().clone(), row.logProbs().clone(), row.policyLogProbs().clone(), row.supports()))
                .toList());
    }

    @Test
    void noStepsChangeNothing() {
        Generation generation = generations().findFirst().orElseThrow();
        RolloutEngine engine = SmallModel.engine(model, 5);
        GenerationState state = engine.begin(SmallModel.prompts(2), generation);
        GenerationState same = engine.resume(state, generation, 0, GenerationListener.NONE);
        assertThat(same.finished()).isEmpty();
        assertThat(same.unfinished()).extracting(Unfinished::number).containsExactly(0, 1, 2, 3, 4, 5);
    }

    private static void same(List<Rollout> found, List<Rollout> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            Rollout one = found.get(i);
            Rollout other = expected.get(i);
            assertThat(one.completionIds()).as(Arrays.toString(other.completionIds()))
                    .containsExactly(other.completionIds());
            assertThat(one.logProbs()).containsExactly(other.logProbs(), Offset.offset(1e-4f));
            assertThat(one.policyLogProbs()).containsExactly(other.policyLogProbs(), Offset.offset(1e-4f));
            assertThat(one.stop()).isEqualTo(other.stop());
            assertThat(one.completion().supports()).isEqualTo(other.completion().supports());
        }
    }
}
