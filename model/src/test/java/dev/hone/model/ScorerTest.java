package dev.hone.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.testkit.Golden;
import dev.hone.text.Encoded;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Packed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScorerTest {
    private static final Path FOLDER = Golden.path("runs", "init");

    private static Decoder model() { return Decoder.load(FOLDER, DType.FLOAT32, Device.CPU); }

    /** Rows of many lengths, some with a prompt, one without a token to score, one empty, one of a single token. */
    private static List<Encoded> rows(int vocabulary) {
        Random random = new Random(7);
        List<Encoded> rows = new ArrayList<>();
        for (int length : new int[]{9, 1, 30, 0, 17, 5, 30, 64, 2}) {
            int[] ids = IntStream.range(0, length).map(i -> random.nextInt(vocabulary)).toArray();
            float[] weight = new float[length];
            for (int i = 1 + length / 3; i < length; i++) {
                weight[i] = length == 5 ? 0 : 1;
            }
            rows.add(new Encoded(ids, weight));
        }
        return rows;
    }

    /** log π by the plain way: the whole vocabulary's softmax of a row alone. */
    private static float[] alone(Decoder model, Encoded row) {
        try (Scope scope = Scope.open()) {
            Packed packed = new Packed(row.ids(), new int[]{0, row.length()}, new float[row.length()]);
            Tensor hidden = model.hidden(Tape.inference(), Rows.of(packed, model.vocabulary(), Device.CPU));
            Tensor all = model.head().logits(hidden).logSoftmax(-1);
            float[] logProbs = new float[row.length()];
            for (int i = 1; i < row.length(); i++) {
                logProbs[i] = (float) all.select(0, i - 1).select(0, row.ids()[i]).item();
            }
            return logProbs;
        }
    }

    @Test
    void scoresAreThoseOfEachRowAloneHoweverTheyArePacked() {
        try (Decoder model = model()) {
            List<Encoded> rows = rows(model.vocabulary());
            for (int microbatch : new int[]{1, 40, 100_000}) {
                List<Scorer.Score> scores = new Scorer(model, microbatch).score(rows);
                assertThat(scores).hasSameSizeAs(rows);
                for (int r = 0; r < rows.size(); r++) {
                    Encoded row = rows.get(r);
                    int[] positions = IntStream.range(1, row.length()).filter(i -> row.weight()[i] != 0).toArray();
                    assertThat(scores.get(r).positions()).isEqualTo(positions);
                    float[] expected = row.length() < 2 ? new float[row.length()] : alone(model, row);
                    for (int i = 0; i < positions.length; i++) {
                        assertThat(scores.get(r).logProbs()[i]).isCloseTo(expected[positions[i]], within(2e-4f));
                    }
                }
            }
        }
    }

    @Test
    void sumsAndPerplexity() {
        Scorer.Score score = new Scorer.Score(new int[]{2, 3}, new float[]{-1, -3});
        assertThat(score.total()).isEqualTo(-4);
        assertThat(score.perplexity().orElseThrow()).isCloseTo(Math.exp(2), within(1e-12));
        assertThat(new Scorer.Score(new int[0], new float[0]).perplexity()).isEmpty();
    }

    @Test
    void aTokenThatTheModelLacksIsRefused() {
        try (Decoder model = model()) {
            Encoded row = new Encoded(new int[]{1, model.vocabulary()}, new float[]{0, 1});
            assertThatThrownBy(() -> new Scorer(model, 100).score(List.of(row))).isInstanceOf(ModelException.class)
                    .hasMessageContaining("token id " + model.vocabulary());
        }
    }

    @Test
    void aTokenizerMustFitTheEmbedding() {
        try (Decoder model = model()) {
            model.requireFits(HubTokenizer.load(FOLDER).vocabulary());
            int rows = HubTokenizer.load(FOLDER).vocabulary().size() - 1;
            HubConfig small = HubConfig.parse("{\"vocab_size\": " + rows + "}");
            assertThatThrownBy(() -> Decoder.requireFits(HubTokenizer.load(FOLDER).vocabulary(), small))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContainingAll("tokenizer has " + (rows + 1) + " tokens", "embedding " + rows + " rows",
                            "resize_token_embeddings");
        }
    }
}
