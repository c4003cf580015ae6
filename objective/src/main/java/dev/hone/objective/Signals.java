package dev.hone.objective;

/** What a model says about a batch, as an objective sees it: plain tensors, no model. */
public sealed interface Signals
        permits TokenSignals, PairSignals, UnpairedSignals, ScorePairSignals, TokenScoreSignals, RankedSignals,
        TargetSignals, ClassSignals, CostSignals, RolloutSignals, XpoSignals, IlqlSignals {}
