package dev.hone.reward;

import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The texts that a row gives to compare with. */
final class References {
    private static final JsonMapper JSON = new JsonMapper();

    private References() {}

    /** The texts of a column: of a JSON list of texts and numbers its entries, else the one text; empty without the column. */
    static List<String> of(RewardInput input, String fact) {
        Optional<String> text = input.fact(fact);
        return text.map(value -> value.strip().startsWith("[") ? list(value) : List.of(value)).orElse(List.of());
    }

    static Score missing(String fact) { return Score.unusable("the row has no " + fact + " to compare with"); }

    private static List<String> list(String value) {
        try {
            JsonNode node = JSON.readTree(value);
            boolean texts = node.isArray() && !node.isEmpty()
                    && StreamSupport.stream(node.spliterator(), false)
                            .allMatch(each -> each.isString() || each.isNumber());
            return texts
                    ? StreamSupport.stream(node.spliterator(), false).map(JsonNode::asString).toList()
                    : List.of(value);
        } catch (JacksonException notJson) {
            return List.of(value);
        }
    }
}
