package dev.hone.model;

import dev.hone.tensor.Engine;
import java.util.List;

/** Copies of a decoder's matrices in the order that steps of few rows read fastest. While it is open the weights must not change. */
public final class StepLayout implements AutoCloseable {
    private final List<Linear> copied;

    private StepLayout(List<Linear> copied) { this.copied = copied; }

    /**
     * Copies them where this machine has such an order and the copies take no more than {@code most} bytes.
     *
     * @param rows of a step
     */
    public static StepLayout of(Decoder model, int rows, long most) {
        List<Linear> all = model.linears().toList();
        if (all.stream().mapToLong(Linear::layoutBytes).sum() > most) {
            return new StepLayout(List.of());
        }
        all.forEach(linear -> linear.layOut(Math.ceilDiv(rows, Engine.threads())));
        return new StepLayout(all);
    }

    @Override
    public void close() { copied.forEach(Linear::forgetLayout); }
}
