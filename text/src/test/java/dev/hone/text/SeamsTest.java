package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeamsTest {
    private static Dataset pairs(String... sides) {
        List<Sample> samples = new ArrayList<>();
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < sides.length; i += 2) {
            origins.add(Origin.line(Path.of("pairs.jsonl"), i / 2 + 1));
            samples.add(new Conversation(List.of(Message.user(sides[i]), Message.assistant(sides[i + 1]))));
        }
        Schema schema = new Schema(Shape.PROMPT_COMPLETION, Map.of("prompt", "prompt", "completion", "completion"),
                List.of());
        return new Dataset(samples, origins, schema, Dataset.Skipped.none());
    }

    @Test
    void wordsThatRunTogetherInMostRowsAreTold() {
        Dataset dataset = pairs("2 + 2 =", "4, as every schoolchild knows", "3 + 3 =", "6", "1 + 1 = ", "2");
        assertThat(Seams.warning(dataset).orElseThrow()).contains("2 of 3", "\"2 + 2 =4, as every schoolch…\"",
                "chat_template");
    }

    @Test
    void aBlankOnEitherSideAFewBareRowsAndEmptySidesAreFine() {
        assertThat(Seams.warning(pairs("a ", "b", "a", " b", "a\n", "b", "a", "\nb"))).isEmpty();
        assertThat(Seams.warning(pairs("a", "b", "a", " b"))).isEmpty();
        assertThat(Seams.warning(pairs("", "b", "a", ""))).isEmpty();
    }
}
