package dev.hone.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreRowsTest {

    @ParameterizedTest
    @CsvSource({"FLOAT32, 7", "BFLOAT16, 16", "BFLOAT16, 300", "FLOAT32, 1031", "FLOAT64, 33"})
    void rowsAndTheirSoftmax(DType dtype, int width) {
        try (Scope scope = Scope.open()) {
            Tensor scores = Randomness.of(3).normal(4, DType.FLOAT32, Device.CPU, 5, width).to(dtype);
            float[] all = scores.to(DType.FLOAT32).toFloats();
            float[] softmax = scores.to(DType.FLOAT32).div(0.7).softmax(-1).toFloats();
            ScoreRows rows = ScoreRows.of(scores);
            assertThat(rows.width()).isEqualTo(width);
            for (int row = 0; row < 5; row++) {
                float[] line = rows.row(row);
                ScoreRows.Weights weights = ScoreRows.weigh(line, 0.7);
                double total = 0;
                for (double sum : weights.sums()) {
                    total += sum;
                }
                assertThat(weights.total()).isEqualTo(total);
                for (int i = 0; i < width; i++) {
                    assertThat(line[i]).isEqualTo(all[row * width + i]).isLessThanOrEqualTo(weights.max());
                    float p = (float) (weights.weights()[i] / total);
                    assertThat(p).isCloseTo(softmax[row * width + i], within(1e-6f));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity"})
    void whatIsNotFiniteHasNoTotal(float bad) {
        for (int at : new int[]{0, 17, 39}) {
            float[] scores = new float[40];
            scores[at] = bad;
            assertThat(ScoreRows.weigh(scores, 1).total()).isNaN();
        }
        float[] some = {Float.NEGATIVE_INFINITY, 2, Float.NEGATIVE_INFINITY};
        assertThat(ScoreRows.weigh(some, 1).total()).isEqualTo(1);
        assertThat(ScoreRows.weigh(some, 1).weights()).containsExactly(0, 1, 0);
    }
}
