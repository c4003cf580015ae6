package dev.hone.train;

import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A pass with what lives as long as it does: a reference, reward models. */
final class OwningPass<R extends StepRow> implements Pass<R> {
    private final Pass<R> pass;
    private final List<AutoCloseable> owned;

    OwningPass(Pass<R> pass, List<AutoCloseable> owned) {
        this.pass = pass;
        this.owned = List.copyOf(owned);
    }

    @Override
    public Result train(Batch<R> batch, long seed, long step) { return pass.train(batch, seed, step); }

    @Override
    public Result evaluate(Batch<R> batch) { return pass.evaluate(batch); }

    @Override
    public Map<String, Double> derived(double loss) { return pass.derived(loss); }

    @Override
    public Optional<String> alarm(Map<String, Double> metrics) { return pass.alarm(metrics); }

    @Override
    public void stepped(long steps) { pass.stepped(steps); }

    @Override
    public Map<String, Object> state() { return pass.state(); }

    @Override
    public Map<String, Tensor> tensors() { return pass.tensors(); }

    @Override
    public void restore(Map<String, Object> state) { pass.restore(state); }

    @Override
    public void close() {
        pass.close();
        owned.forEach(OwningPass::close);
    }

    /** What is owned frees memory and has nothing to fail with. */
    static void close(AutoCloseable owned) {
        try {
            owned.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + owned, e);
        }
    }
}
