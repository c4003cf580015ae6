package dev.hone.train;

import dev.hone.tensor.BlockwiseAdam;
import dev.hone.tensor.BlockwiseAdam.Moment;
import dev.hone.tensor.DType;
import dev.hone.tensor.FusedOptim;
import dev.hone.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW with 8-bit moments (arXiv 2110.02861), a quarter of their memory: see {@link BlockwiseAdam}. Parameters of fewer than
 * 4,096 numbers keep float32 moments, as bitsandbytes does it, for they save nothing and norms are sensitive. Unlike
 * there, embeddings are no exception, and a second moment above 0 is never rounded to 0, which would make a step of any size.
 * State: {@code exp_avg}, {@code exp_avg_sq} (codes) and {@code exp_avg_absmax}, {@code exp_avg_sq_absmax} (a float32 a block).
 */
public final class AdamW8bit extends SlottedOptimizer {
    private static final long SMALLEST = 4096;
    private static final String LARGEST = "_absmax";
    private final AdamW.Options options;

    public AdamW8bit(List<Parameter> parameters, AdamW.Options options) { this(Trainees.of(parameters), options); }

    /** @throws IllegalArgumentException for options of Adam or AMSGrad */
    AdamW8bit(Trainees trainees, AdamW.Options options) {
        super(trainees, slot -> addMoments(slot));
        Require.that(options.decoupled() && !options.amsgrad(), "adamw_8bit", options, "AdamW without AMSGrad");
        this.options = options;
    }

    private static void addMoments(OptimizerSlot slot) {
        for (String moment : List.of(AdamW.FIRST, AdamW.SECOND)) {
            if (small(slot)) {
                slot.addMoment(moment);
            } else {
                long blocks = BlockwiseAdam.blocks(slot.weights().count());
                slot.addState(moment, DType.UINT8, blocks, BlockwiseAdam.BLOCK);
                slot.addState(moment + LARGEST, DType.FLOAT32, blocks);
            }
        }
    }

    private static boolean small(OptimizerSlot slot) {
        return slot.weights().count() < SMALLEST || slot.weights().dtype() != DType.FLOAT32;
    }

    @Override
    void update(List<OptimizerSlot> ready, double learningRate, double gradientScale) {
        FusedOptim.AdamRule rule = options.rule(learningRate);
        List<OptimizerSlot> wide = new ArrayList<>();
        for (OptimizerSlot slot : ready) {
            if (small(slot)) {
                wide.add(slot);
            } else {
                BlockwiseAdam.step(new BlockwiseAdam.Part(slot.weights(), slot.gradient(),
                        moment(slot, AdamW.FIRST), moment(slot, AdamW.SECOND), slot.steps(),
                        slot.decay(options.weightDecay())), rule, gradientScale);
                slot.roundWhole();
            }
        }
        AdamW.update(wide, options, learningRate, gradientScale);
    }

    private static Moment moment(OptimizerSlot slot, String what) {
        return new Moment(slot.moment(what), slot.moment(what + LARGEST));
    }
}
