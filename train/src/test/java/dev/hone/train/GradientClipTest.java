package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class GradientClipTest {
    @Test
    void normSpansParametersAndTypes() {
        try (Scope scope = Scope.open();
                Parameter wide = new Parameter("wide", Tensors.zeros(DType.FLOAT32, 2));
                Parameter narrow = new Parameter("narrow", Tensors.zeros(DType.BFLOAT16, 1, 1));
                Parameter idle = new Parameter("idle", Tensors.zeros(DType.FLOAT32, 3))) {
            List<Parameter> all = List.of(wide, narrow, idle);
            assertThat(GradientClip.norm(all)).isZero();
            wide.accumulate(Tensors.of(new float[]{2, 3}));
            narrow.accumulate(Tensors.of(new float[]{-6}, 1, 1).to(DType.BFLOAT16));
            assertThat(GradientClip.norm(all)).isEqualTo(7);
            idle.accumulate(Tensors.of(new float[]{0, Float.NaN, 0}));
            assertThat(GradientClip.norm(all)).isNaN();
        }
    }

    @Test
    void factorIsTorchsAndNeverScalesUp() {
        assertThat(GradientClip.factor(2, 1)).isCloseTo(1 / (2 + 1e-6), within(1e-15));
        assertThat(GradientClip.factor(0.5, 1)).isEqualTo(1);
        assertThat(GradientClip.factor(0, 1)).isEqualTo(1);
        assertThat(GradientClip.factor(1000, 0)).isEqualTo(1);
        assertThatThrownBy(() -> GradientClip.factor(Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> GradientClip.factor(Double.POSITIVE_INFINITY, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> GradientClip.factor(1, -1)).hasMessageContaining("max_grad_norm is -1.0");
    }
}
