package dev.hone.train;

import dev.hone.objective.CostSignals;
import dev.hone.objective.GroupRelative;
import dev.hone.objective.IlqlSignals;
import dev.hone.objective.LeaveOneOut;
import dev.hone.objective.Need;
import dev.hone.objective.Objective;
import dev.hone.objective.Objectives;
import dev.hone.objective.PairSignals;
import dev.hone.objective.RewardShaping;
import dev.hone.objective.RolloutSignals;
import dev.hone.objective.ScorePairSignals;
import dev.hone.objective.TokenScoreSignals;
import dev.hone.objective.TokenSignals;
import dev.hone.objective.TopMask;
import java.util.Set;

/**
 * What a step of a method is made of, on one device.
 *
 * @param online whether the policy writes the answers
 * @param speaks whether a language-model head reads tokens, and not a score head
 * @param values whether a critic is trained
 * @param reference whether a reference stays in memory while a full model trains
 * @param masked whether a mask policy reads along while answers are written
 * @param judges whether heads for Q and V learn on the policy's hidden states
 * @param answers of a row, which share a prompt
 * @param row tokens of a row
 * @param read tokens of it that the head reads
 * @param rows of a step
 */
record ForecastRows(boolean online, boolean speaks, boolean values, boolean reference, boolean masked, boolean judges,
        int answers, long row, long read, long rows) {
    private static final Set<Class<?>> SCORED_PAIRS = Set.of(ScorePairSignals.class, TokenScoreSignals.class,
            CostSignals.class);
    private static final int IN_GROUPS = 8;

    static ForecastRows of(ForecastSettings settings, Objectives.Entry entry) {
        Objective<?> objective = entry.make();
        Class<?> signals = Objectives.signals(entry.type());
        boolean online = signals == RolloutSignals.class;
        boolean pairs = signals == PairSignals.class || SCORED_PAIRS.contains(signals);
        int answers = pairs ? 2 : online ? settings.numGenerations().orElseGet(() -> usual(entry)) : 1;
        boolean shares = !settings.trainMode().ranked() || settings.loraDropout() == 0;
        long answer = settings.maxCompletionLength();
        long prompt = settings.maxLength() - answer;
        long row = pairs || online
                ? (shares ? 1 : answers) * prompt + answers * answer
                : settings.maxLength();
        long rows = Math.max(1, settings.rows() / settings.devices() / (online ? answers : 1));
        boolean near = objective.needs().contains(Need.REFERENCE) || entry.beside().contains(RewardShaping.class);
        return new ForecastRows(online,
                signals == TokenSignals.class || !Lessons.settings(entry).contains(ScoreSettings.class),
                objective.needs().contains(Need.VALUES),
                online && settings.reference().orElse(near), entry.beside().contains(TopMask.class),
                signals == IlqlSignals.class, answers, row,
                pairs || online ? answers * answer : row, rows);
    }

    private static int usual(Objectives.Entry entry) {
        return entry.beside().contains(GroupRelative.class)
                ? IN_GROUPS
                : entry.beside().contains(LeaveOneOut.class) ? 2 : 1;
    }

    /** Rows that go through the model together. */
    long together(int microbatchTokens) {
        long wanted = microbatchTokens > 0 ? microbatchTokens : StepMemory.MOST_TOKENS;
        return Math.clamp(wanted / row, 1, rows);
    }
}
