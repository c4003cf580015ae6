package dev.hone.train;

import dev.hone.objective.ClassSignals;
import dev.hone.objective.CostSignals;
import dev.hone.objective.RankedSignals;
import dev.hone.objective.StepTotals;
import dev.hone.objective.TargetSignals;
import dev.hone.objective.TokenScoreSignals;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedPair;
import dev.hone.text.EncodedRanking;
import dev.hone.text.EncodedSafety;
import dev.hone.text.EncodedSteps;
import dev.hone.text.Packed;
import dev.hone.text.Packer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kinds of data besides pairs. */
final class ScoreKinds {
    private ScoreKinds() {}

    static Packed packed(List<Encoded> answers, int promptLength, boolean shares) {
        return shares ? Packer.branched(answers, promptLength) : Packer.batch(answers);
    }

    /** The sequences of packed rows that share nothing. */
    static List<Encoded> answers(Packed packed) {
        List<Encoded> answers = new ArrayList<>();
        for (int n = 0; n < packed.sequences(); n++) {
            int from = packed.starts()[n];
            int to = packed.starts()[n + 1];
            answers.add(new Encoded(Arrays.copyOfRange(packed.ids(), from, to),
                    Arrays.copyOfRange(packed.weight(), from, to)));
        }
        return answers;
    }

    private static Tensor floats(Tensor like, List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return Tensors.of(array).to(like.device());
    }

    private static Tensor indices(Tensor like, List<Integer> values) {
        return Tensors.indices(values.stream().mapToInt(Integer::intValue).toArray()).to(like.device());
    }

    /** Lists of answers from best to worst. */
    record Rankings() implements ScoreKind<EncodedRanking, RankedSignals> {
        @Override
        public LabelledText<EncodedRanking> load(JobSettings settings) {
            return LabelledText.rankings(settings.model().text(), settings.data(),
                    settings.own(LabelledSettings.class));
        }

        @Override
        public int labels() { return 1; }

        @Override
        public boolean everyToken() { return false; }

        /** Of answers in one place the first stands for all: none of them is better. */
        @Override
        public Packed packed(EncodedRanking list, boolean shares) {
            List<Encoded> answers = new ArrayList<>();
            for (int i = 0; i < list.places().length; i++) {
                if (i == 0 || list.places()[i] != list.places()[i - 1]) {
                    answers.add(list.rows().get(i));
                }
            }
            return ScoreKinds.packed(answers, list.promptLength(), shares);
        }

        @Override
        public RankedSignals signals(Tensor scores, List<ScoreRow<EncodedRanking>> rows, StepTotals totals) {
            return new RankedSignals(scores.view(-1), rows.stream().map(row -> row.packed().sequences()).toList(),
                    totals);
        }
    }

    /** Texts with a score. */
    record Grades() implements ScoreKind<EncodedGraded, TargetSignals> {
        @Override
        public LabelledText<EncodedGraded> load(JobSettings settings) {
            return LabelledText.graded(settings.model().text(), settings.data(),
                    settings.own(LabelledSettings.class));
        }

        @Override
        public int labels() { return 1; }

        @Override
        public boolean everyToken() { return false; }

        @Override
        public Packed packed(EncodedGraded row, boolean shares) { return Packer.batch(List.of(row.row())); }

        @Override
        public TargetSignals signals(Tensor scores, List<ScoreRow<EncodedGraded>> rows, StepTotals totals) {
            return new TargetSignals(scores.view(-1),
                    floats(scores, rows.stream().map(row -> (float) row.encoded().score()).toList()), totals);
        }
    }

    /**
     * Texts with a class.
     *
     * @param labels how many classes there are
     */
    record Classes(int labels) implements ScoreKind<EncodedGraded, ClassSignals> {
        @Override
        public LabelledText<EncodedGraded> load(JobSettings settings) {
            LabelledText<EncodedGraded> text = new Grades().load(settings);
            requireClasses(text.training());
            text.evaluation().ifPresent(this::requireClasses);
            return text;
        }

        private void requireClasses(dev.hone.text.EncodedRows<EncodedGraded> rows) {
            for (int i = 0; i < rows.size(); i++) {
                double score = rows.rows().get(i).score();
                if (score != Math.rint(score) || score < 0 || score >= labels) {
                    throw new dev.hone.text.DataException(rows.origins().get(i) + ": found the class "
                            + score + ", expected a whole number from 0 to " + (labels - 1)
                            + ": set reward_bins to the number of classes");
                }
            }
        }

        @Override
        public boolean everyToken() { return false; }

        @Override
        public Packed packed(EncodedGraded row, boolean shares) { return Packer.batch(List.of(row.row())); }

        @Override
        public ClassSignals signals(Tensor scores, List<ScoreRow<EncodedGraded>> rows, StepTotals totals) {
            return new ClassSignals(scores,
                    indices(scores, rows.stream().map(row -> (int) row.encoded().score()).toList()), totals);
        }
    }

    /** Pairs of which one answer is safer. */
    record Costs() implements ScoreKind<EncodedSafety, CostSignals> {
        @Override
        public LabelledText<EncodedSafety> load(JobSettings settings) {
            return LabelledText.safety(settings.model().text(), settings.data(),
                    settings.own(LabelledSettings.class));
        }

        @Override
        public int labels() { return 1; }

        @Override
        public boolean everyToken() { return false; }

        @Override
        public Packed packed(EncodedSafety pair, boolean shares) {
            return ScoreKinds.packed(List.of(pair.first(), pair.second()), pair.promptLength(), shares);
        }

        @Override
        public CostSignals signals(Tensor scores, List<ScoreRow<EncodedSafety>> rows, StepTotals totals) {
            Tensor flat = scores.view(-1);
            List<Integer> safer = new ArrayList<>();
            List<Integer> other = new ArrayList<>();
            List<Float> saferSigns = new ArrayList<>();
            List<Float> otherSigns = new ArrayList<>();
            for (int i = 0; i < rows.size(); i++) {
                EncodedSafety.Labels labels = rows.get(i).encoded().labels();
                int first = labels.firstSafer() ? 0 : 1;
                safer.add(2 * i + first);
                other.add(2 * i + 1 - first);
                boolean[] safe = {labels.firstSafe(), labels.secondSafe()};
                saferSigns.add(safe[first] ? 1f : -1f);
                otherSigns.add(safe[1 - first] ? 1f : -1f);
            }
            return new CostSignals(flat.indexSelect(0, indices(scores, safer)),
                    flat.indexSelect(0, indices(scores, other)), floats(scores, saferSigns),
                    floats(scores, otherSigns), totals);
        }
    }

    /** Solutions whose steps are judged. */
    record Steps() implements ScoreKind<EncodedSteps, ClassSignals> {
        @Override
        public LabelledText<EncodedSteps> load(JobSettings settings) {
            return LabelledText.steps(settings.model().text(), settings.data(),
                    settings.own(LabelledSettings.class));
        }

        @Override
        public int labels() { return 2; }

        @Override
        public boolean everyToken() { return true; }

        @Override
        public Packed packed(EncodedSteps row, boolean shares) { return Packer.batch(List.of(row.row())); }

        @Override
        public double count(EncodedSteps row) { return row.places().length; }

        @Override
        public ClassSignals signals(Tensor scores, List<ScoreRow<EncodedSteps>> rows, StepTotals totals) {
            List<Integer> places = new ArrayList<>();
            List<Integer> labels = new ArrayList<>();
            int start = 0;
            for (ScoreRow<EncodedSteps> row : rows) {
                for (int i = 0; i < row.encoded().places().length; i++) {
                    places.add(start + row.encoded().places()[i]);
                    labels.add(row.encoded().correct()[i] ? 1 : 0);
                }
                start += row.packed().tokens();
            }
            return new ClassSignals(scores.indexSelect(0, indices(scores, places)), indices(scores, labels), totals);
        }
    }

    /** Pairs, with a score at every token after the answers part. */
    record TokenPairs() implements ScoreKind<EncodedPair, TokenScoreSignals> {
        @Override
        public LabelledText<EncodedPair> load(JobSettings settings) { return new PairScores().load(settings); }

        @Override
        public int labels() { return 1; }

        @Override
        public boolean everyToken() { return true; }

        @Override
        public Packed packed(EncodedPair pair, boolean shares) {
            return Packer.batch(List.of(pair.chosen(), pair.rejected()));
        }

        @Override
        public TokenScoreSignals signals(Tensor scores, List<ScoreRow<EncodedPair>> rows, StepTotals totals) {
            List<Integer> chosen = new ArrayList<>();
            List<Integer> rejected = new ArrayList<>();
            List<Integer> owners = new ArrayList<>();
            int start = 0;
            for (int r = 0; r < rows.size(); r++) {
                EncodedPair pair = rows.get(r).encoded();
                int better = pair.chosen().length();
                int worse = pair.rejected().length();
                int parting = Arrays.mismatch(pair.chosen().ids(), pair.rejected().ids());
                for (int i = parting; i < Math.max(better, worse); i++) {
                    chosen.add(start + Math.min(i, better - 1));
                    rejected.add(start + better + Math.min(i, worse - 1));
                    owners.add(r);
                }
                start += better + worse;
            }
            Tensor flat = scores.view(-1);
            return new TokenScoreSignals(flat.indexSelect(0, indices(scores, chosen)),
                    flat.indexSelect(0, indices(scores, rejected)), indices(scores, owners), rows.size(), totals);
        }
    }
}
