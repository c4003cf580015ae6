package dev.hone.train;

import dev.hone.model.RewardModel;
import dev.hone.model.RewardScorer;
import dev.hone.text.Encoded;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedPair;
import dev.hone.text.EncodedRanking;
import dev.hone.text.EncodedSafety;
import dev.hone.text.EncodedSteps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Answers of the data and what a model scores them. */
final class ScoredTexts implements Lesson.Samples<RewardModel> {
    private static final int MICROBATCH = 2048;
    private final List<String> shown = new ArrayList<>();
    private final List<Encoded> rows = new ArrayList<>();

    ScoredTexts(LabelledText<?> text, int count) {
        List<?> from = text.evaluation().isPresent()
                ? text.evaluation().get().rows()
                : text.training().rows();
        for (Object row : from.subList(0, Math.min(count, from.size()))) {
            switch (row) {
                case EncodedPair pair -> {
                    add("chosen", pair.chosen(), text);
                    add("rejected", pair.rejected(), text);
                }
                case EncodedRanking list -> {
                    add("best", list.rows().getFirst(), text);
                    add("worst", list.rows().getLast(), text);
                }
                case EncodedGraded graded -> add("score " + graded.score(), graded.row(), text);
                case EncodedSafety pair -> {
                    add(pair.labels().firstSafe() ? "safe" : "unsafe", pair.first(), text);
                    add(pair.labels().secondSafe() ? "safe" : "unsafe", pair.second(), text);
                }
                case EncodedSteps steps -> add("solution", steps.row(), text);
                default -> throw new IllegalArgumentException("no words for " + row.getClass().getSimpleName());
            }
        }
    }

    private void add(String label, Encoded row, LabelledText<?> text) {
        shown.add(label + ": " + text.tokenizer().decodeWithoutSpecialTokens(row.ids()).strip());
        rows.add(row);
    }

    @Override
    public List<String> prompts() { return List.copyOf(shown); }

    @Override
    public List<String> answers(RewardModel model) {
        return new RewardScorer(model, MICROBATCH).score(rows).stream()
                .map(scores -> String.join(", ",
                        Arrays.stream(scores).mapToObj(score -> String.format(Locale.ROOT, "%.3f", score)).toList()))
                .toList();
    }
}
