package dev.hone.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls a reward under a time limit. A call that is late is interrupted and its thread left behind. The threads are the
 * system's own: one that computes and never blocks would keep its carrier from all virtual ones, and with them every other
 * reward.
 */
final class TimedCalls {
    private final String name;
    private final RewardLimits limits;

    TimedCalls(String name, RewardLimits limits) {
        this.name = name;
        this.limits = limits;
    }

    /** One completion after the other, on one thread as long as it keeps up. */
    List<Score> each(RewardFunction function, List<RewardInput> inputs) {
        List<Score> scores = new ArrayList<>(inputs.size());
        int late = 0;
        while (scores.size() < inputs.size()) {
            if (late == limits.lateAtMost()) {
                scores.addAll(Guard.all(inputs.size() - scores.size(),
                        Score.unusable("not asked: too late " + late + " times")));
                break;
            }
            run(function, inputs.subList(scores.size(), inputs.size()), scores);
            if (scores.size() < inputs.size()) {
                scores.add(tooLate());
                late++;
            }
        }
        return List.copyOf(scores);
    }

    /** Adds scores until all have one, or one is late. */
    private void run(RewardFunction function, List<RewardInput> inputs, List<Score> scores) {
        List<CompletableFuture<Score>> results = inputs.stream().map(input -> new CompletableFuture<Score>()).toList();
        Thread worker = start(() -> {
            for (int i = 0; i < inputs.size() && !Thread.currentThread().isInterrupted(); i++) {
                RewardInput input = inputs.get(i);
                complete(results.get(i), () -> Guard.score(function, input));
            }
        });
        for (CompletableFuture<Score> result : results) {
            Score score = await(result, worker);
            if (score == null) {
                return;
            }
            scores.add(score);
        }
    }

    /** All at once. */
    List<Score> together(BatchReward reward, List<RewardInput> inputs) {
        CompletableFuture<List<Score>> result = new CompletableFuture<>();
        Thread worker = start(() -> complete(result, () -> Guard.scores(reward, inputs)));
        List<Score> scores = await(result, worker);
        return scores == null ? Guard.all(inputs.size(), tooLate()) : scores;
    }

    private Score tooLate() {
        return Score.unusable("too late: took more than " + limits.time().toMillis() / 1000.0 + " s");
    }

    private Thread start(Runnable work) { return Thread.ofPlatform().daemon().name("reward " + name).start(work); }

    /** What is thrown as an Error is no score, and must not be lost: it ends the wait for this one. */
    @SuppressWarnings("CatchThrowable")
    private static <T> void complete(CompletableFuture<T> result, Supplier<T> work) {
        try {
            result.complete(work.get());
        } catch (Throwable error) {
            result.completeExceptionally(error);
        }
    }

    /** Null where it is late. */
    private <T> @Nullable T await(CompletableFuture<T> result, Thread worker) {
        try {
            return result.get(limits.time().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            worker.interrupt();
            return null;
        } catch (InterruptedException e) {
            worker.interrupt();
            Thread.currentThread().interrupt();
            throw new CancellationException("reward " + name + ": interrupted while waiting for scores");
        } catch (ExecutionException e) {
            throw new IllegalStateException("reward " + name + " failed", e.getCause());
        }
    }
}
