package dev.hone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GroupsTest {
    private static final List<Rollout> ROLLOUTS = List.of(rollout(7, 0), rollout(7, 1), rollout(2, 0), rollout(7, 2),
            rollout(2, 1));
    private static final Map<String, Double> SCORES = Map.of("7.0", 1.0, "7.1", 3.0, "7.2", 3.0, "2.0", Double.NaN,
            "2.1", -4.0);

    private static Rollout rollout(int prompt, int sample) {
        return new Rollout(prompt, sample, new int[]{1}, new Completion(new int[]{4}, new float[]{-1},
                new float[]{-1}, List.of(), StopReason.LENGTH, Optional.empty()));
    }

    private static double score(Rollout rollout) { return SCORES.get(rollout.prompt() + "." + rollout.sample()); }

    private static List<String> names(List<Rollout> rollouts) {
        return rollouts.stream().map(each -> each.prompt() + "." + each.sample()).toList();
    }

    @Test
    void rolloutsStandByPromptInTheOrderTheyCame() {
        Groups groups = Groups.of(ROLLOUTS);
        assertThat(groups.all()).extracting(Groups.Group::prompt).containsExactly(7, 2);
        assertThat(names(groups.rollouts())).containsExactly("7.0", "7.1", "7.2", "2.0", "2.1");
    }

    @Test
    void theBestOfEachAreKeptAndWhatHasNoScoreIsLeftOut() {
        Groups groups = Groups.of(ROLLOUTS);
        assertThat(names(groups.best(1, GroupsTest::score).rollouts())).containsExactly("7.1", "2.1");
        assertThat(names(groups.best(2, GroupsTest::score).rollouts())).containsExactly("7.1", "7.2", "2.1");
        assertThat(groups.best(1, rollout -> Double.NaN).all()).hasSize(2)
                .allMatch(group -> group.rollouts().isEmpty());
        assertThatThrownBy(() -> groups.best(0, GroupsTest::score)).hasMessageContaining("at least 1");
    }
}
