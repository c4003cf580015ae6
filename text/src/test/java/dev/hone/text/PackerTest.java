package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import dev.hone.text.Packer.Piece;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PackerTest {
    private static final Pattern CASE = Pattern.compile("(.+)_(\\d+)");

    private static List<Encoded> goldenRows(JsonNode golden) {
        return golden.get("rows").valueStream().map(HubTokenizerTest::ints).map(ids -> {
            float[] weight = new float[ids.length];
            Arrays.fill(weight, 1, Math.max(1, ids.length), 1);
            return new Encoded(ids, weight);
        }).toList();
    }

    @Tag("golden")
    @Test
    void binsAreThoseOfTrl() {
        JsonNode golden = Golden.json(Golden.path("losses", "packing.json"));
        List<Encoded> rows = goldenRows(golden);
        assertThat(golden.get("results").properties()).isNotEmpty();
        for (Map.Entry<String, JsonNode> result : golden.get("results").properties()) {
            Matcher name = CASE.matcher(result.getKey());
            assertThat(name.matches()).isTrue();
            Packing strategy = Packing.valueOf(name.group(1).toUpperCase(Locale.ROOT));
            List<Packed> bins = new Packer(Integer.parseInt(name.group(2)), strategy).pack(rows);
            JsonNode ids = result.getValue().get("input_ids");
            assertThat(bins).as(result.getKey()).hasSize(ids.size());
            for (int i = 0; i < bins.size(); i++) {
                assertThat(bins.get(i).ids()).as("%s, bin %d", result.getKey(), i)
                        .isEqualTo(HubTokenizerTest.ints(ids.get(i)));
                if (result.getValue().has("seq_lengths")) {
                    assertThat(sequenceLengths(bins.get(i))).as("%s, bin %d", result.getKey(), i)
                            .isEqualTo(HubTokenizerTest.ints(result.getValue().get("seq_lengths").get(i)));
                }
            }
        }
    }

    private static int[] sequenceLengths(Packed bin) {
        return IntStream.range(0, bin.sequences()).map(i -> bin.starts()[i + 1] - bin.starts()[i]).toArray();
    }

    /** The name of the golden batch says it: the first three bins of one result, the first half of each sequence masked. */
    @Tag("golden")
    @Test
    void aBatchWithoutPaddingIsThatOfTrl() {
        JsonNode golden = Golden.json(Golden.path("losses", "packing.json"));
        Pattern name = Pattern.compile("collated_padding_free_first(\\d+)_(.+)_(\\d+)_with_half_masked_labels");
        for (Map.Entry<String, JsonNode> entry : golden.properties()) {
            Matcher batch = name.matcher(entry.getKey());
            if (batch.matches()) {
                List<Packed> bins = new Packer(Integer.parseInt(batch.group(3)),
                        Packing.valueOf(batch.group(2).toUpperCase(Locale.ROOT)))
                        .pack(goldenRows(golden)).subList(0, Integer.parseInt(batch.group(1)));
                assertBatch(Packer.join(bins.stream().map(PackerTest::halfMasked).toList()), entry.getValue());
            }
        }
    }

    private static Packed halfMasked(Packed bin) {
        float[] weight = bin.weight().clone();
        for (int i = 0; i < bin.sequences(); i++) {
            int length = bin.starts()[i + 1] - bin.starts()[i];
            Arrays.fill(weight, bin.starts()[i], bin.starts()[i] + length / 2, 0);
        }
        return new Packed(bin.ids(), bin.starts(), weight);
    }

    private static void assertBatch(Packed batch, JsonNode golden) {
        assertThat(batch.ids()).isEqualTo(HubTokenizerTest.ints(golden.get("input_ids").get(0)));
        int[] labels = HubTokenizerTest.ints(golden.get("labels").get(0));
        int[] positions = HubTokenizerTest.ints(golden.get("position_ids").get(0));
        for (int i = 0, start = 0; i < batch.tokens(); i++) {
            start = Arrays.binarySearch(batch.starts(), i) >= 0 ? i : start;
            assertThat(i - start).as("position of token %d", i).isEqualTo(positions[i]);
            assertThat(batch.weight()[i]).as("weight of token %d", i).isEqualTo(labels[i] == -100 ? 0 : 1);
        }
    }

    @Test
    void splittingAndWrappingLoseNoTokenAndNoPieceBeginsWithLoss() {
        Random random = new Random(7);
        List<Encoded> rows = IntStream.range(0, 300).mapToObj(i -> {
            int[] ids = random.ints(random.nextInt(40), 0, 1000).toArray();
            float[] weight = new float[ids.length];
            Arrays.fill(weight, Math.min(1, ids.length), ids.length, 1);
            return new Encoded(ids, weight);
        }).toList();
        long tokens = rows.stream().mapToLong(Encoded::length).sum();
        for (Packing strategy : List.of(Packing.BFD_SPLIT, Packing.WRAPPED)) {
            List<Packed> bins = new Packer(16, strategy).pack(rows);
            assertThat(bins.stream().mapToLong(Packed::tokens).sum()).isEqualTo(tokens);
            for (Packed bin : bins) {
                assertThat(bin.tokens()).isBetween(1, 16);
                for (int i = 0; i < bin.sequences(); i++) {
                    assertThat(bin.weight()[bin.starts()[i]]).isZero();
                    assertThat(bin.starts()[i + 1]).isGreaterThan(bin.starts()[i]);
                }
            }
        }
    }

    @Test
    void aMillionRowsArePackedFullAndEachOnce() {
        Random random = new Random(3);
        int[] lengths = random.ints(1_000_000, 1, 2049).toArray();
        List<List<Piece>> bins = new Packer(2048, Packing.BFD).plan(lengths);
        BitSet seen = new BitSet();
        long tokens = 0;
        for (List<Piece> bin : bins) {
            int filled = bin.stream().mapToInt(Piece::length).sum();
            assertThat(filled <= 2048).isTrue();
            tokens += filled;
            for (Piece piece : bin) {
                assertThat(seen.get(piece.row())).isFalse();
                seen.set(piece.row());
            }
        }
        assertThat(seen.cardinality()).isEqualTo(lengths.length);
        assertThat((double) tokens / (bins.size() * 2048L)).isGreaterThan(0.99);
    }

    @Test
    void aBatchKeepsItsRowsApart() {
        List<Encoded> rows = new ArrayList<>(
                List.of(new Encoded(new int[]{1, 2}, new float[]{0, 1}), new Encoded(new int[0], new float[0]),
                        new Encoded(new int[]{3}, new float[]{0})));
        Packed batch = Packer.batch(rows);
        assertThat(batch.ids()).containsExactly(1, 2, 3);
        assertThat(batch.starts()).containsExactly(0, 2, 3);
        assertThat(Packer.join(List.of(batch, batch)).starts()).containsExactly(0, 2, 3, 5, 6);
        assertThatThrownBy(() -> new Packer(0, Packing.BFD)).isInstanceOf(DataException.class)
                .hasMessageContaining("0 tokens");
    }
}
