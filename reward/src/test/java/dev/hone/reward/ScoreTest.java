package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScoreTest {
    @Test
    void whatIsNotANumberIsUnusableAndNotZero() {
        assertThat(Score.of(Double.NaN)).isEqualTo(Score.unusable("the score is NaN"));
        assertThat(Score.of(Double.NEGATIVE_INFINITY).usable()).isFalse();
        assertThat(Score.dense(new float[]{1, Float.NaN}).usable()).isFalse();
        assertThatThrownBy(() -> Score.of(Double.NaN).total()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Score.Value(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Score.Dense(new float[]{Float.NaN})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTotalOfTokensIsTheirSum() {
        assertThat(Score.dense(new float[]{1, 2, -0.5f}).total()).isEqualTo(2.5);
        assertThat(Score.of(true).total()).isEqualTo(1);
        assertThat(Score.of(false)).isEqualTo(Score.of(0));
    }
}
