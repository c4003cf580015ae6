package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hone.testkit.Golden;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** BLEU, chrF, TER against sacreBLEU, METEOR against NLTK, ROUGE: 50 pairs, and corpora of them. */
class TextMetricsGoldenTest {
    private static final double TOLERANCE = 1e-6;
    private static final JsonNode GOLDEN = Golden.json(Golden.path("metrics", "metrics.json"));

    private static Map<String, Bleu> bleus() {
        Map<String, Bleu> settings = new LinkedHashMap<>();
        settings.put("default", Bleu.sentence());
        settings.put("tokenize_none", exp(BleuTokenizer.NONE, true));
        settings.put("zh", exp(BleuTokenizer.ZH, true));
        settings.put("char", exp(BleuTokenizer.CHAR, true));
        settings.put("intl", exp(BleuTokenizer.INTL, true));
        settings.put("lowercase", new Bleu(BleuTokenizer.V13A, true, Bleu.Smoothing.EXP, 0, true));
        settings.put("no_smoothing", new Bleu(BleuTokenizer.V13A, false, Bleu.Smoothing.NONE, 0, false));
        settings.put("floor", new Bleu(BleuTokenizer.V13A, false, Bleu.Smoothing.FLOOR, 0.1, false));
        settings.put("add_k", new Bleu(BleuTokenizer.V13A, false, Bleu.Smoothing.ADD_K, 1, false));
        settings.put("exp_full_order", exp(BleuTokenizer.V13A, false));
        return settings;
    }

    private static Bleu exp(BleuTokenizer tokenizer, boolean effective) {
        return new Bleu(tokenizer, false, Bleu.Smoothing.EXP, 0, effective);
    }

    private static Map<String, Chrf> chrfs() {
        return Map.of("chrf", Chrf.usual(), "chrf++", new Chrf(6, 2, 2, false), "chrf_beta1_n4",
                new Chrf(4, 0, 1, false));
    }

    private static Map<String, Ter> ters() {
        return Map.of("ter", Ter.usual(), "ter_normalized", new Ter(true, false), "ter_case", new Ter(false, true));
    }

    private static List<String> references(JsonNode pair) {
        List<String> references = new ArrayList<>();
        pair.get("references").forEach(each -> references.add(each.stringValue()));
        return references;
    }

    private static void compare(String family, Map<String, BiFunction<String, List<String>, Double>> metrics) {
        int seen = 0;
        for (JsonNode pair : GOLDEN.get("pairs")) {
            assertThat(pair.get(family).propertyNames()).containsExactlyInAnyOrderElementsOf(metrics.keySet());
            for (Map.Entry<String, BiFunction<String, List<String>, Double>> metric : metrics.entrySet()) {
                String text = pair.get("hypothesis").stringValue();
                assertThat(metric.getValue().apply(text, references(pair))).as("%s of %s", metric.getKey(), pair)
                        .isCloseTo(pair.get(family).get(metric.getKey()).doubleValue(), within(TOLERANCE));
                seen++;
            }
        }
        assertThat(seen).isEqualTo(50 * metrics.size());
    }

    private static void compareCorpus(String family,
            Map<String, BiFunction<List<String>, List<List<String>>, Double>> all) {
        List<String> texts = new ArrayList<>();
        List<List<String>> references = new ArrayList<>();
        for (JsonNode pair : GOLDEN.get("pairs")) {
            texts.add(pair.get("hypothesis").stringValue());
            references.add(references(pair).subList(0, 1));
        }
        JsonNode expected = GOLDEN.get("corpus_with_first_reference").get(family);
        assertThat(expected.propertyNames()).containsExactlyInAnyOrderElementsOf(all.keySet());
        all.forEach((name, metric) -> assertThat(metric.apply(texts, references)).as(name)
                .isCloseTo(expected.get(name).doubleValue(), within(TOLERANCE)));
    }

    @Test
    void bleuInAllSettings() {
        Map<String, BiFunction<String, List<String>, Double>> metrics = new LinkedHashMap<>();
        Map<String, BiFunction<List<String>, List<List<String>>, Double>> corpora = new LinkedHashMap<>();
        bleus().forEach((name, bleu) -> metrics.put(name, bleu::score));
        bleus().forEach((name, bleu) -> corpora.put(name, bleu::corpus));
        compare("bleu", metrics);
        compareCorpus("bleu", corpora);
    }

    @Test
    void chrfWithAndWithoutWords() {
        Map<String, BiFunction<String, List<String>, Double>> metrics = new LinkedHashMap<>();
        Map<String, BiFunction<List<String>, List<List<String>>, Double>> corpora = new LinkedHashMap<>();
        chrfs().forEach((name, chrf) -> metrics.put(name, chrf::score));
        chrfs().forEach((name, chrf) -> corpora.put(name, chrf::corpus));
        compare("chrf", metrics);
        compareCorpus("chrf", corpora);
    }

    @Test
    void terWithItsMoves() {
        Map<String, BiFunction<String, List<String>, Double>> metrics = new LinkedHashMap<>();
        Map<String, BiFunction<List<String>, List<List<String>>, Double>> corpora = new LinkedHashMap<>();
        ters().forEach((name, ter) -> metrics.put(name, ter::score));
        ters().forEach((name, ter) -> corpora.put(name, ter::corpus));
        compare("ter", metrics);
        compareCorpus("ter", corpora);
    }

    @Test
    void rougeAndMeteorOnTheFirstReference() {
        for (JsonNode pair : GOLDEN.get("pairs")) {
            String text = pair.get("hypothesis").stringValue();
            String reference = references(pair).getFirst();
            JsonNode expected = pair.get("rouge_first_reference");
            rouge(Rouge.n(1, text, reference), expected.get("rouge1"));
            rouge(Rouge.n(2, text, reference), expected.get("rouge2"));
            rouge(Rouge.l(text, reference), expected.get("rougeL"));
            assertThat(Meteor.usual().score(text, reference)).as("%s", pair)
                    .isCloseTo(pair.get("meteor_no_wordnet_first_reference").doubleValue(), within(TOLERANCE));
        }
    }

    private static void rouge(Rouge found, JsonNode expected) {
        assertThat(found.precision()).isCloseTo(expected.get("precision").doubleValue(), within(TOLERANCE));
        assertThat(found.recall()).isCloseTo(expected.get("recall").doubleValue(), within(TOLERANCE));
        assertThat(found.f()).isCloseTo(expected.get("f").doubleValue(), within(TOLERANCE));
    }
}
