package dev.hone.train;

import dev.hone.model.Decoder;
import dev.hone.objective.EndPenalty;
import dev.hone.objective.PairSignals;
import dev.hone.objective.Signals;
import dev.hone.objective.XpoSignals;
import dev.hone.rollout.Constraint;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Who is compared with whom, and what an objective reads of it. */
interface ContestKind<R extends CompletionRow, S extends Signals> {

    /**
     * What makers are made of.
     *
     * @param shares whether answers share the forward of their prompt
     * @param referred gives rows the reference's log-probs, where there is one
     */
    record Parts<R>(OnlineBasis basis, JobSettings settings, Optional<Decoder> reference, boolean shares,
            UnaryOperator<List<R>> referred) {

        EndPenalty penalty() { return settings.own(EndPenalty.class); }

        boolean endedOnly() { return basis.rollouts().maskTruncatedCompletions(); }
    }

    Signaller<R, S> signaller(CompletionReader reader);

    ExperienceMaker<R> maker(Parts<R> parts);

    R withReference(R row, List<float[]> given);

    /** Rows that so many answers of the policy's to one prompt make at most. */
    int rowsOf(int answers);

    /** Answers of the policy's with each other. */
    final class AmongItself implements ContestKind<PairRow, PairSignals> {
        @Override
        public Signaller<PairRow, PairSignals> signaller(CompletionReader reader) { return new PairSignaller(reader); }

        @Override
        public ExperienceMaker<PairRow> maker(Parts<PairRow> parts) {
            return new OwnPairMaker(new OwnContest(parts.penalty(), parts.endedOnly()), parts.shares(),
                    parts.referred());
        }

        @Override
        public PairRow withReference(PairRow row, List<float[]> given) { return row.withReference(given); }

        @Override
        public int rowsOf(int answers) { return 1; }
    }

    /** Answers of the policy's with those of the reference. */
    final class WithReference implements ContestKind<RivalRow, XpoSignals> {
        @Override
        public Signaller<RivalRow, XpoSignals> signaller(CompletionReader reader) { return new RivalSignaller(reader); }

        @Override
        public ExperienceMaker<RivalRow> maker(Parts<RivalRow> parts) {
            Explorer rival = parts.basis().rival(parts.reference().orElseThrow(), Constraint.NONE);
            return new RivalMaker(new RivalContest(rival, parts.penalty(), parts.endedOnly()), parts.shares(),
                    parts.referred());
        }

        @Override
        public RivalRow withReference(RivalRow row, List<float[]> given) { return row.withReference(given); }

        @Override
        public int rowsOf(int answers) { return answers; }
    }
}
