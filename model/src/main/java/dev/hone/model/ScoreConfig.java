package dev.hone.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code config.json} says of a score head: Hugging Face's keys, and two of our own that its libraries pass over,
 * {@code score_pooling} (where it is not the family's usual one) and {@code score_normaliser}.
 */
final class ScoreConfig {
    private static final String LABELS = "id2label";
    private static final String POOLING = "score_pooling";
    private static final String NORMALISER = "score_normaliser";
    private static final String PAD = "pad_token_id";
    private static final String PROBLEM = "problem_type";
    /** What Hugging Face takes where a configuration says nothing. */
    private static final int USUAL_LABELS = 2;

    private ScoreConfig() {}

    static int labels(HubConfig config) {
        JsonNode names = config.json().path(LABELS);
        return names.isObject() && !names.isEmpty()
                ? names.size()
                : config.count("num_labels", config.count("_num_labels", USUAL_LABELS));
    }

    /** The name of each label, from its number in {@code id2label}; Hugging Face's usual one where that says nothing. */
    static List<String> names(HubConfig config, int labels) {
        JsonNode names = config.json().path(LABELS);
        return IntStream.range(0, labels).mapToObj(label -> {
            JsonNode name = names.path(Integer.toString(label));
            return names.size() == labels && name.isString() ? name.stringValue() : "LABEL_" + label;
        }).toList();
    }

    static Optional<Pooling> pooling(HubConfig config) {
        return config.text(POOLING).map(name -> Stream.of(Pooling.values()).filter(p -> key(p).equals(name)).findFirst()
                .orElseThrow(() -> config.wrong(POOLING, name, "last, first or mean")));
    }

    static OptionalInt padToken(HubConfig config) {
        return config.tokenIds(PAD).stream().mapToInt(Integer::intValue).findFirst();
    }

    static Optional<ScoreNormaliser> normaliser(HubConfig config) {
        JsonNode found = config.json().path(NORMALISER);
        if (!found.isObject()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ScoreNormaliser(found.path("count").asLong(), numbers(found, "mean"),
                    numbers(found, "std")));
        } catch (IllegalArgumentException e) {
            throw config.refused(e);
        }
    }

    private static List<Double> numbers(JsonNode found, String key) {
        return found.path(key).valueStream().map(node -> node.isNumber() ? node.doubleValue() : Double.NaN).toList();
    }

    /**
     * The configuration to save.
     *
     * @param config what the model came with
     */
    static ObjectNode saved(HubConfig config, ScoreFamily family, Head head) {
        ObjectNode json = config.json();
        json.putArray("architectures").add(family.label() + "ForSequenceClassification");
        boolean named = json.path(LABELS).isObject() && json.get(LABELS).size() == head.labels();
        if (!named) {
            json.remove(List.of("num_labels", "_num_labels", PROBLEM));
            ObjectNode names = json.putObject(LABELS);
            ObjectNode ids = json.putObject("label2id");
            for (int label = 0; label < head.labels(); label++) {
                names.put(Integer.toString(label), "LABEL_" + label);
                ids.put("LABEL_" + label, label);
            }
        }
        if (!json.hasNonNull(PROBLEM)) {
            json.put(PROBLEM, head.labels() == 1 ? "regression" : "single_label_classification");
        }
        head.padToken().ifPresent(id -> json.put(PAD, id));
        json.remove(List.of(POOLING, NORMALISER));
        if (head.pooling() != family.pooling()) {
            json.put(POOLING, key(head.pooling()));
        }
        head.normaliser().ifPresent(normaliser -> put(json.putObject(NORMALISER), normaliser));
        return json;
    }

    private static void put(ObjectNode json, ScoreNormaliser normaliser) {
        json.put("count", normaliser.count());
        ArrayNode means = json.putArray("mean");
        normaliser.means().forEach(means::add);
        ArrayNode deviations = json.putArray("std");
        normaliser.deviations().forEach(deviations::add);
    }

    private static String key(Pooling pooling) { return pooling.name().toLowerCase(Locale.ROOT); }

    /** What a head adds to a configuration. */
    record Head(int labels, Pooling pooling, OptionalInt padToken, Optional<ScoreNormaliser> normaliser) {}
}
