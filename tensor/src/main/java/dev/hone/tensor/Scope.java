package dev.hone.tensor;

import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The owner of op results: every result belongs to the innermost open scope of its thread and dies with it, unless it is
 * kept. Scopes are opened around one micro-batch, one decode step, one evaluation batch; a layer may open one inside.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<@Nullable Scope> INNERMOST = new ThreadLocal<>();
    private static final AtomicLong LIVE = new AtomicLong();

    private final @Nullable Scope outer = INNERMOST.get();
    private final ArrayList<Tensor> owned = new ArrayList<>();
    private final Thread thread = Thread.currentThread();
    private boolean closed;

    private Scope() {}

    /** Opens a scope on this thread; close it in a try-with-resources statement. */
    public static Scope open() {
        Scope scope = new Scope();
        INNERMOST.set(scope);
        return scope;
    }

    /** Runs a computation in a scope of its own; only its result lives on, in the scope outside. */
    public static Tensor tidy(Supplier<Tensor> body) {
        try (Scope scope = open()) {
            return scope.keep(body.get());
        }
    }

    /** Moves a tensor of this scope to the scope outside, or, where there is none, to nobody: then the caller owns it. */
    public Tensor keep(Tensor tensor) {
        if (removeOwned(tensor) && outer != null) {
            outer.owned.add(tensor);
        }
        return tensor;
    }

    /** By identity and from the end: what is kept was made last. */
    private boolean removeOwned(Tensor tensor) {
        for (int i = owned.size() - 1; i >= 0; i--) {
            if (owned.get(i) == tensor) {
                owned.remove(i);
                return true;
            }
        }
        return false;
    }

    /** Runs a computation in a scope of its own; its result belongs to the caller, who closes it. */
    public static Tensor owned(Supplier<Tensor> body) {
        try (Scope scope = open()) {
            return release(body.get());
        }
    }

    /** The innermost open scope of this thread, for results that must outlive scopes opened later. */
    public static Scope current() {
        Scope scope = INNERMOST.get();
        if (scope == null) {
            throw new IllegalStateException("no scope is open on this thread: open one around the step");
        }
        return scope;
    }

    /** Makes a tensor belong to this scope, from whichever it was in. */
    public Tensor own(Tensor tensor) {
        owned.add(release(tensor));
        return tensor;
    }

    /** Takes a tensor out of every scope: from now on the caller owns it and must close it. */
    public static Tensor release(Tensor tensor) {
        for (Scope scope = INNERMOST.get(); scope != null; scope = scope.outer) {
            if (scope.removeOwned(tensor)) {
                return tensor;
            }
        }
        return tensor;
    }

    static Tensor adopt(Tensor tensor) {
        Scope scope = INNERMOST.get();
        if (scope == null) {
            tensor.close();
            throw new IllegalStateException("an op was called outside a Scope: open one around the step"
                    + " (try (Scope scope = Scope.open()) { … }), or make an owned holder");
        }
        scope.owned.add(tensor);
        return tensor;
    }

    static void born() { LIVE.incrementAndGet(); }

    static void died() { LIVE.decrementAndGet(); }

    /** Native handles alive in the whole process, for leak checks. */
    public static long liveHandles() {
        return LIVE.get();
    }

    /** Closes what the scope still owns. Scopes close innermost first, on the thread that opened them. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (INNERMOST.get() != this || thread != Thread.currentThread()) {
            throw new IllegalStateException(
                    "a scope was closed out of order: close the innermost scope of its own thread first");
        }
        closed = true;
        if (outer == null) {
            INNERMOST.remove();
        } else {
            INNERMOST.set(outer);
        }
        owned.forEach(Tensor::close);
        owned.clear();
    }
}
