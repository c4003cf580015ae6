package dev.hone.train;

import dev.hone.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** A pass around another one, which it leaves as it is but for what it overrides. */
abstract class PassAround<R extends StepRow> implements Pass<R> {
    private final Pass<R> inner;

    PassAround(Pass<R> inner) { this.inner = inner; }

    /** The pass inside. */
    final Pass<R> inner() { return inner; }

    @Override
    public Result train(Batch<R> batch, long seed, long step) { return inner.train(batch, seed, step); }

    @Override
    public Result evaluate(Batch<R> batch) { return inner.evaluate(batch); }

    @Override
    public Map<String, Double> derived(double loss) { return inner.derived(loss); }

    @Override
    public Optional<String> alarm(Map<String, Double> metrics) { return inner.alarm(metrics); }

    @Override
    public boolean mayRefuse() { return inner.mayRefuse(); }

    @Override
    public Optional<Refusal> refuses(Batch<R> batch, long step) { return inner.refuses(batch, step); }

    @Override
    public void stepped(long steps) { inner.stepped(steps); }

    @Override
    public Map<String, Object> state() { return inner.state(); }

    @Override
    public Map<String, Tensor> tensors() { return inner.tensors(); }

    @Override
    public void restore(Map<String, Object> state) { inner.restore(state); }

    @Override
    public void close() { inner.close(); }
}
