package dev.hone.reward;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several rewards with weights. Each is called at the same time as the others, those that need the caller's thread one after
 * the other on it; the results come in the order of the rewards and of the completions, however long each took. Nothing that a
 * reward throws, and no delay, ends a run: such completions are unusable, and counted by reward and reason.
 */
public final class Rewards {
    private final List<NamedReward> rewards;
    private final RewardLimits limits;
    private final MissingScores missing;

    /**
     * @param rewards at least one, of different names
     * @param missing what becomes of a completion that some of them did not score
     */
    public Rewards(List<NamedReward> rewards, RewardLimits limits, MissingScores missing) {
        this.rewards = List.copyOf(rewards);
        this.limits = limits;
        this.missing = missing;
        Set<String> names = new HashSet<>();
        if (rewards.isEmpty() || !rewards.stream().allMatch(reward -> names.add(reward.name()))) {
            throw new IllegalArgumentException("rewards "
                    + rewards.stream().map(NamedReward::name).toList()
                    + ": expected at least one, each of its own name");
        }
    }

    /** With the usual limits; a completion that one of them did not score is left out. */
    public static Rewards of(NamedReward... rewards) {
        return new Rewards(List.of(rewards), RewardLimits.defaults(), MissingScores.LEAVE_OUT);
    }

    public List<String> names() { return rewards.stream().map(NamedReward::name).toList(); }

    /**
     * Scores completions.
     *
     * @throws CancellationException where this thread is interrupted while it waits
     */
    public RewardScores score(List<RewardInput> inputs) {
        List<RewardInput> asked = List.copyOf(inputs);
        Map<String, Future<List<Score>>> elsewhere = new LinkedHashMap<>();
        Map<String, List<Score>> byName = new LinkedHashMap<>();
        try (ExecutorService waiters = Executors.newVirtualThreadPerTaskExecutor()) {
            for (NamedReward reward : rewards) {
                if (calling(reward) != BatchReward.Calling.HERE) {
                    elsewhere.put(reward.name(), waiters.submit(() -> scored(reward, asked)));
                }
            }
            try {
                for (NamedReward reward : rewards) {
                    Future<List<Score>> result = elsewhere.get(reward.name());
                    byName.put(reward.name(), result != null
                            ? result.get()
                            : Guard.scores((BatchReward) reward.function(), asked));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("interrupted while waiting for scores");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } finally {
                elsewhere.values().forEach(result -> result.cancel(true));
            }
        }
        return RewardScores.of(rewards, byName, asked, missing);
    }

    private static BatchReward.Calling calling(NamedReward reward) {
        return reward.function() instanceof BatchReward batch ? batch.calling() : BatchReward.Calling.LIMITED;
    }

    private List<Score> scored(NamedReward reward, List<RewardInput> inputs) {
        TimedCalls calls = new TimedCalls(reward.name(), limits);
        if (!(reward.function() instanceof BatchReward batch)) {
            return calls.each(reward.function(), inputs);
        }
        return batch.calling() == BatchReward.Calling.UNLIMITED
                ? Guard.scores(batch, inputs)
                : calls.together(batch, inputs);
    }
}
