package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckpointPruningTest {
    @Test
    void theLastAndTheKeptStay() {
        assertThat(CheckpointPruning.surplus(List.of(50L, 40L, 30L, 20L, 10L), Set.of(), 2, Set.of(20L, 50L)))
                .containsExactly(30L, 10L);
        assertThat(CheckpointPruning.surplus(List.of(50L, 40L), Set.of(), 2, Set.of())).isEmpty();
    }

    @Test
    void aBrokenOneTakesNoGoodOnesPlace() {
        assertThat(CheckpointPruning.surplus(List.of(50L, 40L, 30L, 20L), Set.of(50L, 40L), 1, Set.of(30L)))
                .containsExactly(20L);
        assertThat(CheckpointPruning.surplus(List.of(50L, 40L), Set.of(50L), 1, Set.of())).isEmpty();
    }

    @Test
    void theOneJustWrittenStaysEvenBelowANewerOne() {
        assertThat(CheckpointPruning.surplus(List.of(90L, 30L, 20L), Set.of(), 1, Set.of(30L))).containsExactly(20L);
    }
}
