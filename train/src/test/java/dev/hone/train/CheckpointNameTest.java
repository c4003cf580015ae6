package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointNameTest {
    @Test
    void aNameGivesItsStepBack() {
        assertThat(CheckpointName.step(CheckpointName.of(0))).hasValue(0);
        assertThat(CheckpointName.step(CheckpointName.of(123_456_789_012L))).hasValue(123_456_789_012L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint-", "checkpoint-01", "checkpoint--1", "checkpoint-1a", "checkpoint-٣",
            "Checkpoint-1",
            "checkpoint-9999999999999999999", "checkpoint-1.tmp-x", "checkpoint-1 "})
    void anyOtherNameHasNone(String name) {
        assertThat(CheckpointName.step(name)).isEmpty();
        assertThat(CheckpointName.aside(name)).isFalse();
        assertThat(CheckpointName.formerly(name)).isEmpty();
    }

    @Test
    void foldersAsideAreKnownAgain() {
        Path checkpoint = Path.of("run", "checkpoint-7");
        String temporary = CheckpointName.temporary(checkpoint).getFileName().toString();
        String old = CheckpointName.old(checkpoint).getFileName().toString();
        assertThat(temporary).startsWith("checkpoint-7.tmp-");
        assertThat(CheckpointName.aside(temporary)).isTrue();
        assertThat(CheckpointName.aside(old)).isTrue();
        assertThat(CheckpointName.formerly(temporary)).isEmpty();
        assertThat(CheckpointName.formerly(old)).hasValue("checkpoint-7");
        assertThat(CheckpointName.step(temporary)).isEmpty();
    }
}
