package dev.hone.objective;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;

/**
 * Count, mean and spread of all values seen so far; a trainer keeps it between steps and in its checkpoints.
 *
 * @param count how many values
 * @param mean of them
 * @param squares Σ (value − mean)²
 */
public record RunningMoments(double count, double mean, double squares) {
    /** Before the first value. */
    public static final RunningMoments NONE = new RunningMoments(0, 0, 0);

    /** With these values as well (Chan et al. 1979, the parallel form). */
    public RunningMoments plus(double... values) {
        double total = count;
        double centre = mean;
        double spread = squares;
        for (double value : values) {
            total++;
            double off = value - centre;
            centre += off / total;
            spread += off * (value - centre);
        }
        return new RunningMoments(total, centre, spread);
    }

    /** The mean as it will be with these values [n] as well; [] in their type, on their device, not differentiated. */
    public Tensor meanWith(Tensor values) {
        return values.detach().to(DType.FLOAT64).sum().add(count * mean).div(count + values.count()).to(values.dtype());
    }

    /** The unbiased standard deviation; 0 for fewer than two values. */
    public double standardDeviation() {
        return count < 2 ? 0 : Math.sqrt(squares / (count - 1));
    }
}
