package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RewardsTest {
    private static final RewardLimits SHORT = new RewardLimits(Duration.ofMillis(300), 2);

    private static List<RewardInput> texts(String... texts) {
        return List.of(texts).stream().map(text -> RewardInput.text("p", text, Map.of())).toList();
    }

    private static RewardScores score(MissingScores missing, List<RewardInput> inputs, NamedReward... rewards) {
        return new Rewards(List.of(rewards), SHORT, missing).score(inputs);
    }

    private static Score length(RewardInput input) { return Score.of(input.completion().length()); }

    private static void sleepForever() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.park();
        }
    }

    private static BatchReward batch(List<Score> scores) { return inputs -> scores; }

    @Test
    void weightsAndNames() {
        RewardScores scores = Rewards.of(new NamedReward("length", RewardsTest::length, 2),
                new NamedReward("one", input -> Score.of(1), -1), new NamedReward("seen", input -> Score.of(7), 0))
                .score(texts("a", "abc"));
        assertThat(scores.totals()).containsExactly(Score.of(1), Score.of(5));
        assertThat(scores.usable()).isEqualTo(2);
        assertThat(scores.byName().keySet()).containsExactly("length", "one", "seen");
        Map<String, Double> metrics = scores.metrics();
        assertThat(metrics).containsEntry("reward", 3.0).containsEntry("rewards/length/mean", 2.0)
                .containsEntry("rewards/seen/mean", 7.0).containsEntry("rewards/seen/std", 0.0)
                .containsEntry("rewards/unusable", 0.0);
        assertThat(metrics.get("rewards/length/std")).isCloseTo(Math.sqrt(2), within(1e-12));
    }

    @Test
    void tokensAndWholeCompletionsAddUpAtTheLastToken() {
        RewardInput input = RewardInput.text("p", "c", Map.of()).withIds(4, 5);
        RewardScores scores = Rewards.of(new NamedReward("each", in -> Score.dense(new float[]{1, 2}), 0.5),
                new NamedReward("whole", in -> Score.of(3), 2)).score(List.of(input));
        assertThat(((Score.Dense) scores.totals().getFirst()).values()).containsExactly(0.5f, 7f);
        assertThat(scores.totals().getFirst().total()).isEqualTo(7.5);
    }

    @Test
    void whatARewardThrowsSpoilsOneCompletionOnly() {
        NamedReward fails = NamedReward.of("fails", input -> {
            if (input.completion().equals("b")) {
                throw new IllegalArgumentException("no b");
            }
            return input.completion().equals("c") ? Score.of(Double.NaN) : length(input);
        });
        RewardScores left = score(MissingScores.LEAVE_OUT, texts("a", "b", "c"), fails,
                NamedReward.of("fine", RewardsTest::length));
        assertThat(left.totals().get(0)).isEqualTo(Score.of(2));
        assertThat(left.totals().get(1)).isEqualTo(Score.unusable("no score of fails"));
        assertThat(left.usable()).isEqualTo(1);
        assertThat(left.unusable()).isEqualTo(Map.of("fails",
                Map.of("threw IllegalArgumentException: no b", 1, "the score is NaN", 1)));
        assertThat(left.metrics()).containsEntry("rewards/fails/unusable", 2.0).containsEntry("reward", 2.0)
                .containsEntry("rewards/fails/mean", 1.0).containsEntry("rewards/unusable", 2.0);
        RewardScores summed = score(MissingScores.SUM_OTHERS, texts("a", "b"), fails,
                NamedReward.of("fine", RewardsTest::length));
        assertThat(summed.totals()).containsExactly(Score.of(2), Score.of(1));
        assertThat(score(MissingScores.SUM_OTHERS, texts("b"), fails).usable()).isZero();
    }

    @Test
    void errorsOfCodeAreNoScoreEither() {
        RewardScores scores = score(MissingScores.LEAVE_OUT, texts("a"), NamedReward.of("deep", RewardsTest::deep),
                NamedReward.of("link", input -> {
                    throw new NoClassDefFoundError("judge");
                }),
                NamedReward.of("null", input -> null));
        assertThat(scores.unusable().keySet()).containsExactly("deep", "link", "null");
        assertThat(scores.metrics()).doesNotContainKey("reward").doesNotContainKey("rewards/deep/mean");
    }

    private static Score deep(RewardInput input) { return deep(input).usable() ? length(input) : deep(input); }

    @Test
    void aRewardThatHangsIsTooLateForThatCompletionAlone() {
        NamedReward hangs = NamedReward.of("hangs", input -> {
            if (input.completion().equals("b")) {
                sleepForever();
            }
            return length(input);
        });
        RewardScores scores = score(MissingScores.LEAVE_OUT, texts("a", "b", "cc"), hangs);
        assertThat(scores.totals()).element(0).isEqualTo(Score.of(1));
        assertThat(scores.totals()).element(2).isEqualTo(Score.of(2));
        assertThat(scores.unusable()).isEqualTo(Map.of("hangs", Map.of("too late: took more than 0.3 s", 1)));
    }

    @Test
    void aRewardThatAlwaysHangsIsNotAskedForEver() {
        AtomicInteger calls = new AtomicInteger();
        RewardScores scores = score(MissingScores.LEAVE_OUT, texts("a", "b", "c", "d"),
                NamedReward.of("hangs", input -> {
                    calls.incrementAndGet();
                    sleepForever();
                    return Score.of(0);
                }));
        assertThat(scores.unusable()).isEqualTo(Map.of("hangs",
                Map.of("too late: took more than 0.3 s", 2, "not asked: too late 2 times", 2)));
        assertThat(calls).hasValue(2);
    }

    /** It computes without end, and listens to nothing but the text that it reads. */
    @Test
    void aRegularExpressionWithoutEndIsEnded() throws InterruptedException {
        AtomicReference<Thread> worker = new AtomicReference<>();
        RegexMatch regex = new RegexMatch("(a+)+(b+)+\\1c", true, false);
        RewardScores scores = score(MissingScores.LEAVE_OUT, texts("a".repeat(60) + "b".repeat(60), "abac"),
                NamedReward.of("regex", input -> {
                    worker.compareAndSet(null, Thread.currentThread());
                    return regex.score(input);
                }));
        assertThat(scores.totals().get(0).usable()).isFalse();
        assertThat(scores.totals().get(1)).isEqualTo(Score.of(1));
        worker.get().join(Duration.ofSeconds(60));
        assertThat(worker.get().isAlive()).isFalse();
    }

    @Test
    void batchesHaveOneLimitAndOneNumberOfScores() {
        List<RewardInput> two = texts("a", "b");
        RewardScores scores = score(MissingScores.SUM_OTHERS, two, NamedReward.of("fine", RewardsTest::length),
                NamedReward.of("one", batch(List.of(Score.of(1)))), NamedReward.of("late", (BatchReward) inputs -> {
                    sleepForever();
                    return List.of();
                }), NamedReward.of("throws", (BatchReward) inputs -> {
                    throw new IllegalStateException("down");
                }));
        assertThat(scores.totals()).containsExactly(Score.of(1), Score.of(1));
        assertThat(scores.unusable()).isEqualTo(Map.of("one", Map.of("gave 1 scores for 2 completions", 2), "late",
                Map.of("too late: took more than 0.3 s", 2), "throws", Map.of("threw IllegalStateException: down", 2)));
    }

    @Test
    void denseScoresMustBeAsManyAsTokens() {
        RewardScores scores = score(MissingScores.LEAVE_OUT,
                List.of(RewardInput.text("p", "c", Map.of()).withIds(1, 2, 3)),
                NamedReward.of("dense", input -> Score.dense(new float[2])));
        assertThat(scores.usable()).isZero();
    }

    /** Whichever is ready first: the later completion waits for nothing, the earlier reward for the later one. */
    @Test
    void resultsStandInTheOrderOfRewardsAndCompletions() {
        CountDownLatch second = new CountDownLatch(1);
        NamedReward waits = NamedReward.of("waits", (BatchReward) inputs -> {
            try {
                second.await();
            } catch (InterruptedException e) {
                return List.of();
            }
            return inputs.stream().map(RewardsTest::length).toList();
        });
        NamedReward opens = NamedReward.of("opens", input -> {
            second.countDown();
            return Score.of(-1);
        });
        RewardScores scores = Rewards.of(waits, opens).score(texts("abc", "a", "ab"));
        assertThat(scores.byName().keySet()).containsExactly("waits", "opens");
        assertThat(scores.totals()).containsExactly(Score.of(2), Score.of(0), Score.of(1));
    }

    @Test
    void whatNeedsTheCallersThreadRunsOnIt() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        Rewards.of(NamedReward.of("here", new BatchReward() {
            @Override
            public List<Score> scoreAll(List<RewardInput> inputs) {
                thread.set(Thread.currentThread());
                return inputs.stream().map(RewardsTest::length).toList();
            }

            @Override
            public Calling calling() { return Calling.HERE; }
        })).score(texts("a"));
        assertThat(thread).hasValue(Thread.currentThread());
    }

    @Test
    void anInterruptEndsTheWait() {
        NamedReward hangs = NamedReward.of("hangs", input -> {
            sleepForever();
            return Score.of(0);
        });
        Rewards rewards = new Rewards(List.of(hangs), new RewardLimits(Duration.ofHours(1), 1),
                MissingScores.LEAVE_OUT);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> rewards.score(texts("a"))).isInstanceOf(CancellationException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void namesAreDifferent() {
        assertThatThrownBy(() -> Rewards.of(NamedReward.of("a", RewardsTest::length),
                NamedReward.of("a", RewardsTest::length))).hasMessageContaining("[a, a]");
        assertThatThrownBy(() -> Rewards.of()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reasonsThatNeverRepeatAreCountedTogether() {
        List<RewardInput> many = IntStream.range(0, 50)
                .mapToObj(i -> RewardInput.text("p", "c" + i, Map.of())).toList();
        Map<String, Integer> reasons = Rewards.of(NamedReward.of("r", input -> Score.unusable(input.completion())))
                .score(many).unusable().get("r");
        assertThat(reasons).hasSize(21).containsEntry("other reasons", 30);
    }
}
