package dev.hone.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is written to a service and read from it. */
record HttpShape(HttpRewardSettings.Style style) {
    private static final JsonMapper JSON = new JsonMapper();

    byte[] request(List<RewardInput> inputs) {
        ObjectNode request = JSON.createObjectNode();
        boolean scores = style == HttpRewardSettings.Style.SCORES;
        ArrayNode prompts = request.putArray("prompts");
        ArrayNode texts = request.putArray(scores ? "completions" : "query");
        ArrayNode facts = request.putArray(scores ? "facts" : "labels");
        for (RewardInput input : inputs) {
            prompts.add(input.prompt());
            texts.add(scores ? input.completion() : input.prompt() + input.completion());
            if (scores) {
                ObjectNode row = facts.addObject();
                new TreeMap<>(input.facts()).forEach(row::put);
            } else {
                facts.add(input.fact("label").or(() -> input.fact("answer")).orElse(""));
            }
        }
        return JSON.writeValueAsBytes(request);
    }

    /** A score for each completion: a number, a list of numbers for its tokens, or null for none. */
    List<Score> scores(byte[] body, int count) {
        try {
            JsonNode answer = JSON.readTree(body);
            JsonNode list = answer.path(answer.has("scores") ? "scores" : "rewards");
            if (!list.isArray()) {
                return Guard.all(count, Score.unusable("the service's answer has no list named scores or rewards"));
            }
            if (list.size() != count) {
                return Guard.all(count, Score.unusable("the service gave another number of scores than was asked for"));
            }
            List<Score> scores = new ArrayList<>();
            list.forEach(each -> scores.add(score(each)));
            return scores;
        } catch (JacksonException notJson) {
            return Guard.all(count, Score.unusable("the service's answer is not JSON"));
        }
    }

    private static Score score(JsonNode node) {
        if (node.isNumber()) {
            return Score.of(node.doubleValue());
        }
        if (node.isArray() && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isNumber)) {
            float[] values = new float[node.size()];
            for (int t = 0; t < values.length; t++) {
                values[t] = (float) node.get(t).doubleValue();
            }
            return Score.dense(values);
        }
        return Score
                .unusable(node.isNull() ? "the service gave no score" : "the service gave a score that is no number");
    }
}
