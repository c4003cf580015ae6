package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.rollout.Completion;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.StopReason;
import dev.hone.text.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RewardInputTest {
    private static Rollout rollout(Optional<String> text) {
        return new Rollout(3, 2, new int[]{9},
                new Completion(new int[]{5, 6}, new float[]{-1, -2}, new float[]{-1, -2}, List.of(),
                        StopReason.LENGTH, text));
    }

    @Test
    void takesWhatTheEngineMade() {
        RewardInput input = RewardInput.of(List.of(Message.system("Be brief."), Message.user("Two?")),
                rollout(Optional.of("2")), Map.of("answer", "2"));
        assertThat(input.prompt()).isEqualTo("Be brief.\nTwo?");
        assertThat(input.completion()).isEqualTo("2");
        assertThat(input.completionIds()).containsExactly(5, 6);
        assertThat(input.logProbs()).containsExactly(-1, -2);
        assertThat(input.stop()).isEqualTo(StopReason.LENGTH);
        assertThat(input.sample()).isEqualTo(2);
        assertThat(input.fact("answer")).contains("2");
        assertThat(input.fact("other")).isEmpty();
        assertThat(RewardInput.of("Once", rollout(Optional.of(" more")), Map.of()).messages()).isEmpty();
    }

    @Test
    void refusesARolloutWithoutWords() {
        assertThatThrownBy(() -> RewardInput.of("p", rollout(Optional.empty()), Map.of()))
                .hasMessageContaining("prompt 3").hasMessageContaining("TokenText");
    }
}
