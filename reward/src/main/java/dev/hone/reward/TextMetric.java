package dev.hone.reward;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How near the completion is to the row's references by a metric of text, as a share of 1. Of several references the best
 * counts, for BLEU all together.
 *
 * @param metric which one
 * @param fact column of the reference, or of several
 */
@SettingGroup("text_metric")
public record TextMetric(
        @Setting(required = true, doc = "The metric. Of TER, where less is better, the negative.") Metric metric,
        @Setting(value = "answer", doc = "Column with the reference; several as a JSON list.") String fact)
        implements
            RewardFunction {
    private static final double PERCENT = 100;
    private static final int CHRF_PLUS_WORDS = 2;

    /** Metrics of texts. */
    public enum Metric {
        BLEU, CHRF, CHRF_PLUS_PLUS, ROUGE_1, ROUGE_2, ROUGE_L, METEOR, TER
    }

    @Override
    public Score score(RewardInput input) {
        List<String> references = References.of(input, fact);
        if (references.isEmpty()) {
            return References.missing(fact);
        }
        String text = input.completion();
        return Score.of(switch (metric) {
            case BLEU -> Bleu.sentence().score(text, references) / PERCENT;
            case CHRF -> Chrf.usual().score(text, references) / PERCENT;
            case CHRF_PLUS_PLUS ->
                new Chrf(Chrf.usual().characters(), CHRF_PLUS_WORDS, 2, false).score(text, references) / PERCENT;
            case ROUGE_1 -> best(references, reference -> Rouge.n(1, text, reference).f());
            case ROUGE_2 -> best(references, reference -> Rouge.n(2, text, reference).f());
            case ROUGE_L -> best(references, reference -> Rouge.l(text, reference).f());
            case METEOR -> best(references, reference -> Meteor.usual().score(text, reference));
            case TER -> -Ter.usual().score(text, references) / PERCENT;
        });
    }

    private static double best(List<String> references, ToDoubleFunction<String> score) {
        return references.stream().mapToDouble(score).max().orElse(0);
    }
}
