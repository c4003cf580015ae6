package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorldGrammarTest {
    @Test
    void everyAlternativeComesUpAndNoOther() {
        Set<String> seen = new HashSet<>();
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            seen.add(WorldGrammar.expand("a [b|[c|d] e|]{x}.", Map.of("x", "[1|2]"), random));
        }
        assertThat(seen).containsExactlyInAnyOrder("A b1.", "A b2.", "A c e1.", "A c e2.", "A d e1.", "A d e2.", "A 1.",
                "A 2.");
    }

    @Test
    void linesBecomeSentencesWithCapitals() {
        String text = WorldGrammar.expand("one.\n[|]\n\"two,\" said {who}.\n{Who} left.", Map.of("who", "the fox"),
                new Random(1));
        assertThat(text).isEqualTo("One. \"Two,\" said the fox. The fox left.");
    }

    @Test
    void mistakesInATemplateAreNamed() {
        assertThatThrownBy(() -> WorldGrammar.expand("{y}", Map.of("x", "1"), new Random(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("{y}");
        assertThatThrownBy(() -> WorldGrammar.expand("[a|b", Map.of(), new Random(1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[a|b");
    }

    @Test
    void articlesAndPlurals() {
        assertThat(World.a("orange ball")).isEqualTo("an orange ball");
        assertThat(World.a("red ball")).isEqualTo("a red ball");
        assertThat(World.GROUPS.stream().flatMap(g -> g.members().stream()).map(World::plural)).contains("cherries",
                "peaches", "mice", "foxes", "potatoes", "sheep", "lemons");
    }
}
