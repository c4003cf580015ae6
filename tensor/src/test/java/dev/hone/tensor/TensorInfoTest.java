package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TensorInfoTest {
    @Test
    void itsShapeCannotBeChangedFromOutside() {
        long[] shape = {2, 3};
        TensorInfo info = new TensorInfo("a", DType.INT16, shape, 10, 22);
        shape[0] = 99;
        info.shape()[1] = 99;
        assertThat(info.shape()).containsExactly(2, 3);
        assertThat(info).isEqualTo(new TensorInfo("a", DType.INT16, new long[]{2, 3}, 10, 22))
                .hasSameHashCodeAs(new TensorInfo("a", DType.INT16, new long[]{2, 3}, 10, 22))
                .isNotEqualTo(new TensorInfo("a", DType.INT16, new long[]{3, 2}, 10, 22));
        assertThat(info.elements()).isEqualTo(6);
    }

    @Test
    void itsBytesMustFitItsShape() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TensorInfo("a", DType.INT16, new long[]{2, 3}, 0, 6));
        assertThatIllegalArgumentException().isThrownBy(() -> new TensorInfo("a", DType.UINT8, new long[0], -1, 0));
    }

    @Test
    void bytesAreCountedWithoutOverflow() {
        assertThat(TensorInfo.bytes(DType.FLOAT64)).isEqualTo(8);
        assertThat(TensorInfo.bytes(DType.FLOAT64, 3, 0, 5)).isZero();
        assertThat(TensorInfo.bytes(DType.INT8, Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> TensorInfo.bytes(DType.INT16, Long.MAX_VALUE));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> TensorInfo.bytes(DType.INT8, 0, Long.MAX_VALUE, 2));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(() -> TensorInfo.bytes(DType.INT8, -1, 0));
    }
}
