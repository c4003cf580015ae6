package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.text.Conversation;
import dev.hone.text.Message;
import dev.hone.text.Role;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CorpusGeneratorTest {
    private static final Corpus CORPUS = CorpusGenerator.generate(1, 4000, 2500);

    @Test
    void givesWhatWasAskedFor() {
        assertThat(CORPUS.documents()).hasSize(4000).doesNotHaveDuplicates();
        assertThat(CORPUS.instructions()).hasSize(2500);
        assertThat(CORPUS.heldOut()).hasSizeGreaterThanOrEqualTo(100);
        assertThat(CORPUS.documents()).allSatisfy(text -> assertThat(text).hasSizeBetween(30, 1200));
    }

    @Test
    void sameSeedSameCorpusOtherSeedOther() {
        Corpus small = CorpusGenerator.generate(7, 200, 300);
        assertThat(CorpusGenerator.generate(7, 200, 300)).isEqualTo(small);
        Corpus other = CorpusGenerator.generate(8, 200, 300);
        assertThat(other.documents().stream().filter(small.documents()::contains).count()).isLessThan(5);
        assertThat(other.heldOut()).isNotEqualTo(small.heldOut());
    }

    @Test
    void noHeldOutPromptOccursInTraining() {
        for (long seed = 1; seed <= 3; seed++) {
            Corpus corpus = seed == 1 ? CORPUS : CorpusGenerator.generate(seed, 1000, 3000);
            Set<String> trained = corpus.instructions().stream().map(CorpusGeneratorTest::prompt)
                    .collect(Collectors.toSet());
            assertThat(corpus.heldOut()).extracting(CorpusGeneratorTest::prompt).doesNotHaveDuplicates()
                    .doesNotContainAnyElementsOf(trained);
            String all = String.join("\n", corpus.documents());
            corpus.heldOut().stream().filter(c -> c.messages().size() == 2).forEach(c -> assertThat(
                    all.contains(c.messages().getFirst().content())).as(prompt(c)).isFalse());
        }
    }

    @Test
    void turnsAlternateAndEndWithTheAssistant() {
        Stream.of(CORPUS.instructions(), CORPUS.heldOut()).flatMap(List::stream).forEach(conversation -> {
            List<Message> messages = conversation.messages();
            for (int i = 0; i < messages.size(); i++) {
                assertThat(messages.get(i).role()).isEqualTo(i % 2 == 0 ? Role.USER : Role.ASSISTANT);
                assertThat(messages.get(i).content()).isNotBlank();
            }
            assertThat(messages.getLast().role()).isEqualTo(Role.ASSISTANT);
            assertThat(messages.getLast().content()).matches("(?s).*[.!?]\"?");
        });
    }

    @Test
    void textsAreWhole() {
        Stream<String> replies = CORPUS.instructions().stream().map(c -> c.messages().getLast().content());
        Stream.concat(CORPUS.documents().stream(), replies).forEach(text -> {
            assertThat(text).doesNotContain("{", "}", "[", "]", "|", "  ", "null", " .", "..", "%");
            assertThat(text.chars().filter(c -> c == '"').count() % 2).as(text).isZero();
            assertThat(text).as("articles").doesNotContainPattern("\\b[Aa] [aeio][a-z]").doesNotContainPattern(
                    "\\b[Aa]n [^aeiou]");
            assertThat(text).as("capitals").doesNotContainPattern("[.!?] [a-z]");
        });
    }

    @Test
    void documentsTellEveryFactAndFewWordsAreNeeded() {
        String all = String.join(" ", CORPUS.documents());
        for (WorldAnimal animal : World.ANIMALS) {
            assertThat(all).contains("The " + animal.name() + " is " + animal.colour(),
                    "The " + animal.name() + " eats " + animal.food(),
                    "The " + animal.name() + " says " + animal.sound(),
                    "The " + animal.name() + " lives " + animal.home());
        }
        for (int left = 1; left <= World.ADDEND; left++) {
            for (int right = 1; right <= World.ADDEND; right++) {
                assertThat(all).contains(left + " plus " + right + " is " + (left + right));
            }
        }
        assertThat(new HashSet<>(CorpusCheck.words(all))).hasSizeBetween(300, 600);
    }

    @Test
    void noDocumentContradictsTheWorld() {
        for (WorldAnimal animal : World.ANIMALS) {
            for (String colour : World.COLOURS) {
                if (colour.equals(animal.colour()))
                    continue;
                String lie = "The " + animal.name() + " is " + colour;
                assertThat(CORPUS.documents()).noneMatch(text -> text.contains(lie));
            }
        }
        Pattern sum = Pattern.compile("(\\d+) (plus|minus) (\\d+) is (\\d+)");
        CORPUS.documents().forEach(text -> sum.matcher(text).results().forEach(found -> {
            int left = Integer.parseInt(found.group(1));
            int right = Integer.parseInt(found.group(3));
            int result = found.group(2).equals("plus") ? left + right : left - right;
            assertThat(found.group(4)).as(found.group()).isEqualTo(String.valueOf(result));
        }));
    }

    @Test
    void halfOfTheHeldOutFactsAreNeverAskedForInTraining() {
        Set<String> sums = CORPUS.instructions().stream().map(c -> c.messages().getFirst().content())
                .flatMap(
                        p -> Pattern.compile("\\d+ plus \\d+").matcher(p).results().map(r -> r.group()))
                .collect(Collectors.toSet());
        List<String> heldOut = CORPUS.heldOut().stream().map(c -> c.messages().getFirst().content())
                .flatMap(
                        p -> Pattern.compile("\\d+ plus \\d+").matcher(p).results().map(r -> r.group()))
                .toList();
        assertThat(heldOut).hasSize(8);
        assertThat(heldOut.stream().filter(sum -> !sums.contains(sum)).count()).isBetween(4L, 7L);
    }

    @Test
    void moreInstructionsThanQuestionsRepeatSome() {
        assertThat(CorpusGenerator.generate(1, 1, 20_000).instructions()).hasSize(20_000);
    }

    private static String prompt(Conversation conversation) {
        List<Message> messages = conversation.messages();
        return messages.subList(0, messages.size() - 1).stream().map(Message::content)
                .collect(Collectors.joining(" / "));
    }
}
