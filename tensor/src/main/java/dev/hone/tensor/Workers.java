package dev.hone.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs Java code on the threads that libtorch's own ops run on. A second pool would fight the first one: OpenMP's threads
 * spin for a while after each op and hold the cores meanwhile. Ops of libtorch that are called inside run on one thread
 * each, so that work on many small tensors is spread over the cores without an op waiting for all of them.
 */
public final class Workers {
    private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
    private static final Map<Long, Runnable> RUNNING = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final Optional<OpenMp> OPEN_MP = openMp();

    private Workers() {}

    /** Libgomp's entry for a parallel region, {@code void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned)}. */
    private record OpenMp(MethodHandle parallel, MemorySegment entry) {

        void run(Runnable body, int threads) {
            long id = NEXT.getAndIncrement();
            RUNNING.put(id, body);
            try {
                parallel.invokeExact(entry, MemorySegment.ofAddress(id), threads, 0);
            } catch (Throwable e) {
                throw new IllegalStateException("a parallel region could not be entered", e);
            } finally {
                RUNNING.remove(id);
            }
        }
    }

    /**
     * Calls the body with 0 … count-1, each once, on as many threads as libtorch's ops use, each taking the next number when
     * it is free. Inside another call it runs on the calling thread alone.
     *
     * @throws RuntimeException the first that a body threw; the others then end early
     */
    public static void each(int count, IntConsumer body) {
        int threads = Math.min(Engine.threads(), count);
        if (threads <= 1 || INSIDE.get()) {
            for (int index = 0; index < count; index++) {
                body.accept(index);
            }
            return;
        }
        Task task = new Task(count, body);
        if (OPEN_MP.isPresent()) {
            OPEN_MP.get().run(task, threads);
        } else {
            IntStream.range(0, threads).parallel().forEach(ignored -> task.run());
        }
        task.rethrow();
    }

    /** What every thread of a region runs. Nothing may be thrown into native code. */
    private static final class Task implements Runnable {
        private final int count;
        private final IntConsumer body;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Task(int count, IntConsumer body) {
            this.count = count;
            this.body = body;
        }

        @Override
        public void run() {
            INSIDE.set(true);
            try {
                for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
                    body.accept(index);
                }
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
                next.set(count);
            } finally {
                INSIDE.set(false);
            }
        }

        void rethrow() {
            switch (failure.get()) {
                case null -> {
                }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }

    /** Called by OpenMP on each of its threads. */
    private static void enter(MemorySegment id) {
        Runnable body = RUNNING.get(id.address());
        if (body != null) {
            body.run();
        }
    }

    private static Optional<OpenMp> openMp() {
        Engine.start();
        return SymbolLookup.loaderLookup().find("GOMP_parallel").map(Workers::link);
    }

    private static OpenMp link(MemorySegment symbol) {
        Linker linker = Linker.nativeLinker();
        try {
            MethodHandle enter = MethodHandles.lookup().findStatic(Workers.class, "enter",
                    MethodType.methodType(void.class, MemorySegment.class));
            return new OpenMp(
                    linker.downcallHandle(symbol, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)),
                    linker.upcallStub(enter, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS), Arena.global()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Workers.enter is gone", e);
        }
    }

    /** Whether OpenMP's threads serve, rather than a pool of Java's. */
    static boolean onOpenMp() {
        return OPEN_MP.isPresent();
    }
}
