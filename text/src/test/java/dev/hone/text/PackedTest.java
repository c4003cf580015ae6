package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackedTest {
    private static Encoded answer(int prompt, int... tokens) {
        int[] ids = IntStream.concat(IntStream.range(0, prompt).map(i -> 100 + i), IntStream.of(tokens)).toArray();
        float[] weight = new float[ids.length];
        Arrays.fill(weight, Math.min(ids.length, Math.max(1, prompt)), ids.length, 1);
        return new Encoded(ids, weight);
    }

    @Test
    void aFamilyStoresItsPromptOnce() {
        Packed packed = Packer.branched(List.of(answer(3, 1, 2), answer(3, 5), answer(3, 6, 7, 8)), 3);
        assertThat(packed.ids()).containsExactly(100, 101, 102, 1, 2, 5, 6, 7, 8);
        assertThat(packed.starts()).containsExactly(0, 5, 6, 9);
        assertThat(packed.weight()).containsExactly(0, 0, 0, 1, 1, 1, 1, 1, 1);
        assertThat(packed.parents()).containsExactly(-1, 0, 0);
        assertThat(packed.shared()).containsExactly(0, 3, 3);
        assertThat(packed.predecessors()).containsExactly(-1, 0, 1, 2, 3, 2, 2, 6, 7);
        assertThat(packed.length(2)).isEqualTo(6);
        assertThat(packed.isBranched()).isTrue();
    }

    @Test
    void whatCarriesLossAndTheLastTokenAreNotShared() {
        Encoded early = new Encoded(new int[]{100, 101, 102, 9}, new float[]{0, 0, 0.5f, 1});
        Packed packed = Packer.branched(List.of(answer(3, 1), early, answer(3), answer(0), answer(1)), 1);
        assertThat(packed.shared()).containsExactly(0, 1, 1, 0);
        packed = Packer.branched(List.of(answer(3, 1), early, answer(3)), 3);
        assertThat(packed.shared()).containsExactly(0, 2, 2);
        assertThat(packed.weight()).containsExactly(0, 0, 0, 1, 0.5f, 1, 0);
    }

    @Test
    void separateIsTheBatchOfTheRows() {
        Random random = new Random(5);
        for (int round = 0; round < 50; round++) {
            int prompt = 1 + random.nextInt(6);
            List<Encoded> rows = IntStream.range(0, 1 + random.nextInt(4))
                    .mapToObj(i -> answer(prompt, random.ints(1 + random.nextInt(4), 0, 50).toArray())).toList();
            Packed family = Packer.branched(rows, prompt);
            Packed written = Packer.batch(rows);
            Packed lone = Packer.batch(List.of(answer(2, 3)));
            same(family.separate(), written);
            assertThat(family.tokens()).isEqualTo(written.tokens() - prompt * (rows.size() - 1));
            same(Packer.join(List.of(lone, family, family, lone)).separate(),
                    Packer.join(List.of(lone, written, written, lone)));
            assertThat(lone.separate()).isSameAs(lone);
        }
    }

    private static void same(Packed one, Packed other) {
        assertThat(one.ids()).isEqualTo(other.ids());
        assertThat(one.starts()).isEqualTo(other.starts());
        assertThat(one.weight()).isEqualTo(other.weight());
        assertThat(one.isBranched()).isFalse();
        assertThat(other.isBranched()).isFalse();
    }

    @Test
    void joiningMovesParents() {
        Packed family = Packer.branched(List.of(answer(3, 1), answer(3, 5)), 3);
        Packed joined = Packer.join(List.of(Packer.batch(List.of(answer(1, 1), answer(2, 2))), family, family));
        assertThat(joined.parents()).containsExactly(-1, -1, -1, 2, -1, 4);
        assertThat(joined.shared()).containsExactly(0, 0, 0, 3, 0, 3);
        assertThat(joined.starts()).containsExactly(0, 2, 5, 9, 10, 14, 15);
    }

    @Test
    void refusals() {
        assertThatThrownBy(() -> Packer.branched(List.of(answer(3, 1), answer(3, 5)), 4))
                .hasMessageContaining("the same 4 tokens");
        assertThatThrownBy(() -> Packer.branched(List.of(answer(3, 1), answer(3, 5)), 9))
                .hasMessageContaining("rows of 4 and 4 tokens");
        int[] ids = new int[6];
        float[] weight = new float[6];
        int[] starts = {0, 3, 5, 6};
        int[][] families = {{-1, 0, 1}, {-1, -1, 2}, {0, -1, -1}, {-1, 0, -1}, {-1, 0, 3}};
        for (int[] parents : families) {
            assertThatThrownBy(() -> new Packed(ids, starts, weight, parents, new int[]{0, 2, 1}))
                    .as(Arrays.toString(parents)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("an earlier sequence that is no branch");
        }
        assertThatThrownBy(() -> new Packed(ids, starts, weight, new int[]{-1, 0, -1}, new int[]{0, 4, 0}))
                .hasMessageContaining("continues the first 4 of sequence 0");
        assertThatThrownBy(() -> new Packed(ids, new int[]{0, 3, 3, 6}, weight, new int[]{-1, 0, -1},
                new int[]{0, 1, 0})).hasMessageContaining("sequence 1 has 0 tokens");
        assertThatThrownBy(() -> new Packed(ids, starts, weight, new int[]{-1, 0}, new int[]{0, 1, 0}))
                .hasMessageContaining("one for each of 3 sequences");
    }
}
