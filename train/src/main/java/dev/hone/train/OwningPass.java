package dev.hone.train;

import java.util.List;

/** A pass with what lives as long as it does: a reference, reward models. */
final class OwningPass<R extends StepRow> extends PassAround<R> {
    private final List<AutoCloseable> owned;

    OwningPass(Pass<R> pass, List<AutoCloseable> owned) {
        super(pass);
        this.owned = List.copyOf(owned);
    }

    @Override
    public void close() {
        super.close();
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
