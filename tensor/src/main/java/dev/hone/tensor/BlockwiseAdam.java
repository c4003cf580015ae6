package dev.hone.tensor;

import java.util.List;

/**
 * AdamW with its moments in 8 bits (arXiv 2110.02861): each block of 256 numbers has one float32, its largest magnitude, and a
 * byte a number, the nearest level of {@link DynamicCodes}. A step reads a block, steps in float32 and writes it back, so that
 * only two bytes a weight move. On the CPU each block stays in the processor's nearest cache meanwhile; elsewhere plain ops serve.
 *
 * <p>Blocks do not know of each other: neither the number of threads nor the way the work is cut changes a bit of the result.
 */
public final class BlockwiseAdam {
    /** Numbers that share one largest magnitude. */
    public static final int BLOCK = 256;

    private BlockwiseAdam() {}

    /**
     * One moment of one parameter.
     *
     * @param codes [blocks, 256] uint8; what lies behind the parameter's last number is 0
     * @param largest [blocks] float32; all zero at the beginning
     */
    public record Moment(Tensor codes, Tensor largest) {}

    /**
     * What one step reads and writes of one parameter.
     *
     * @param weight float32, contiguous, changed in place
     * @param gradient the weight's shape, float32 or bfloat16
     * @param step the number of this step, from 1
     * @param weightDecay decay of this parameter
     */
    public record Part(Tensor weight, Tensor gradient, Moment first, Moment second, long step, double weightDecay) {
        public Part {
            long blocks = blocks(weight.count());
            for (Moment moment : List.of(first, second)) {
                if (moment.codes().count() != blocks * BLOCK || moment.largest().count() != blocks) {
                    throw new IllegalArgumentException("8-bit step of " + weight.describe() + ": the moment has codes "
                            + moment.codes().describe() + " and largest " + moment.largest().describe() + ", expected "
                            + blocks + " blocks of " + BLOCK);
                }
            }
            if (weight.count() != gradient.count() || weight.dtype() != DType.FLOAT32) {
                throw new IllegalArgumentException("8-bit step of " + weight.describe() + " by " + gradient.describe()
                        + ": expected a float32 weight and a gradient of its shape");
            }
        }
    }

    /** How many blocks hold so many numbers. */
    public static long blocks(long numbers) {
        return (numbers + BLOCK - 1) / BLOCK;
    }

    /**
     * One AdamW step of one parameter; formula and order as torch.optim.AdamW.
     *
     * @param gradientScale multiplies the gradient as it is read
     */
    public static void step(Part part, FusedOptim.AdamRule rule, double gradientScale) {
        boolean readable = part.gradient().dtype() == DType.FLOAT32 || part.gradient().dtype() == DType.BFLOAT16;
        if (readable && part.weight().isPlain() && part.gradient().isPlain() && part.first().codes().isPlain()) {
            BlockwiseAdamKernel.step(part, rule, gradientScale);
        } else {
            composed(part, rule, gradientScale);
        }
    }

    /** The same in plain ops, for every device. */
    static void composed(Part part, FusedOptim.AdamRule rule, double gradientScale) {
        try (Scope scope = Scope.open()) {
            Tensor gradient = padded(part.gradient().to(DType.FLOAT32).mul(gradientScale));
            Tensor first = decoded(part.first(), DynamicCodes.SIGNED);
            first.mulInPlace(rule.beta1());
            first.addInPlace(gradient, 1 - rule.beta1());
            Tensor second = decoded(part.second(), DynamicCodes.UNSIGNED);
            second.mulInPlace(rule.beta2());
            second.addProductInPlace(gradient, gradient, 1 - rule.beta2());
            double correction = Math.sqrt(1 - Math.pow(rule.beta2(), part.step()));
            Tensor change = first.div(second.sqrt().div(correction).add(rule.epsilon()));
            double rate = rule.learningRate() / (1 - Math.pow(rule.beta1(), part.step()));
            part.weight().mulInPlace(1 - rule.learningRate() * part.weightDecay());
            part.weight().addInPlace(
                    change.view(-1).narrow(0, 0, part.weight().count()).view(part.weight().shape()), -rate);
            encode(first, part.first(), DynamicCodes.SIGNED);
            encode(second, part.second(), DynamicCodes.UNSIGNED);
        }
    }

    private static Tensor padded(Tensor gradient) {
        long rest = blocks(gradient.count()) * BLOCK - gradient.count();
        Tensor flat = gradient.reshape(-1);
        Tensor whole = rest == 0
                ? flat
                : Tensors.cat(List.of(flat, Tensors.zeros(DType.FLOAT32, flat.device(), rest)), 0);
        return whole.view(-1, BLOCK);
    }

    /** [blocks, 256] float32. */
    private static Tensor decoded(Moment moment, DynamicCodes codes) {
        Tensor levels = Tensors.of(codes.levels()).to(moment.codes().device());
        return levels.indexSelect(0, moment.codes().view(-1).to(DType.INT64)).view(-1, BLOCK)
                .mul(moment.largest().unsqueeze(1));
    }

    private static void encode(Tensor values, Moment moment, DynamicCodes codes) {
        Tensor largest = values.abs().max(1, false);
        Tensor divisor = largest.maskedFill(largest.eq(0), 1).unsqueeze(1);
        Tensor middles = Tensors.of(codes.middles()).to(values.device());
        Tensor nearest = Native.bucketOf(values.div(divisor), middles);
        Tensor kept = nearest.clampMin(codes.least()).where(values.eq(0).not(), nearest);
        moment.largest().copyFrom(largest);
        moment.codes().copyFrom(kept.to(DType.UINT8).view(moment.codes().shape()));
    }
}
