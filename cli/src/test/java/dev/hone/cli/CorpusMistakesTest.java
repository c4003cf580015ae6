package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.text.Conversation;
import dev.hone.text.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusMistakesTest {
    private static final CorpusMistakes MISTAKES = new CorpusMistakes();
    private static final CorpusGrader GRADER = new CorpusGrader();

    private static Conversation answered(CorpusPair pair, String answer) {
        List<Message> messages = new ArrayList<>(pair.prompt());
        messages.add(Message.assistant(answer));
        return new Conversation(messages);
    }

    @Test
    void everyGradedQuestionButStoriesHasAWrongAnswerInGoodForm() {
        Random random = new Random(5);
        for (CorpusQuestion question : CorpusCatalogue.questions()) {
            boolean spoilable = question.kind().graded() && question.kind() != CorpusQuestion.Kind.STORY;
            List<CorpusPair> pairs = MISTAKES.pairs(List.of(question.answered(random)), random);
            assertThat(pairs).as(question.key()).hasSize(spoilable ? 1 : 0);
            for (CorpusPair pair : pairs) {
                assertThat(GRADER.isRight(answered(pair, pair.chosen()), pair.chosen())).as(pair.toString()).isTrue();
                assertThat(GRADER.isRight(answered(pair, pair.chosen()), pair.rejected())).as(pair.toString())
                        .isFalse();
                assertThat(pair.rejected()).matches("[A-Z0-9].*[.]").doesNotContain("  ", "-")
                        .doesNotContainPattern("\\b[Aa] [aeio][a-z]").doesNotContainPattern("\\b[Aa]n [^aeiou]")
                        .doesNotContainPattern("\\b(on|by) the (house|tower|sea)\\b");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "What colour is the fox? ; The fox is red. ; The fox is (blue|green|yellow|black|white|brown|grey|pink|orange)\\.",
            "Where does the owl live? ; The owl lives in the tower. ; The owl lives ((in|on|by) the [a-z]+)\\.",
            "How many legs does the snake have? ; The snake has no legs. ; The snake has (two|four|six|ten) legs\\.",
            "Does the snake have no legs? ; Yes, the snake has no legs. ; No, the snake has (two|four|six|ten) legs\\.",
            "What is 3 plus 4? ; 3 plus 4 is 7. ; 3 plus 4 is (4|5|6|8|9|10)\\.",
            "What is a plum? ; A plum is a fruit. ; A plum is (an animal|a vegetable|a toy|a colour|a day)\\.",
            "What day comes after Sunday? ; After Sunday comes Monday. ; After Sunday comes (Tues|Wednes|Thurs|Fri|Satur)day\\.",
            "Which is bigger, the mouse or the horse? ; The horse is bigger. ; The mouse is bigger\\.",
            "Name three fruits. ; Here are three fruits: lemon, plum and pear. ; Here are three fruits: lemon, plum and lemon\\."})
    void theSentenceStaysAndTheFactIsAnother(String prompt, String answer, String expected) {
        Conversation conversation = new Conversation(List.of(Message.user(prompt), Message.assistant(answer)));
        for (int seed = 0; seed < 20; seed++) {
            assertThat(MISTAKES.pairs(List.of(conversation), new Random(seed))).singleElement()
                    .satisfies(pair -> assertThat(pair.rejected()).matches(Pattern.compile(expected))
                            .isNotEqualTo(pair.chosen()));
        }
    }

    @Test
    void sameSeedSamePairsAndHeldOutPromptsStayApart() {
        Corpus corpus = CorpusGenerator.generate(7, 1, 2400);
        List<CorpusPair> pairs = MISTAKES.pairs(corpus.instructions(), new Random(7));
        assertThat(MISTAKES.pairs(corpus.instructions(), new Random(7))).isEqualTo(pairs);
        assertThat(pairs).hasSizeBetween(1800, 2300);
        List<CorpusPair> heldOut = MISTAKES.pairs(corpus.heldOut(), new Random(7));
        assertThat(heldOut).hasSizeGreaterThan(130);
        Set<List<Message>> trained = pairs.stream().map(CorpusPair::prompt).collect(Collectors.toSet());
        assertThat(heldOut).extracting(CorpusPair::prompt).doesNotContainAnyElementsOf(trained);
    }

    /** What a reward model could learn without reading the question: that would be no test of it. */
    @Test
    void lengthTellsLittle() {
        Corpus corpus = CorpusGenerator.generate(7, 1, 2400);
        List<CorpusPair> pairs = MISTAKES.pairs(corpus.instructions(), new Random(7));
        double longer = pairs.stream().mapToDouble(
                pair -> (1 + Math.signum(pair.chosen().length() - pair.rejected().length())) / 2).average()
                .orElseThrow();
        assertThat(longer).isBetween(0.4, 0.6);
        Map<String, Integer> spoken = new HashMap<>();
        pairs.forEach(pair -> spoken.merge(pair.rejected(), 1, Integer::sum));
        Set<String> right = new HashSet<>(pairs.stream().map(CorpusPair::chosen).toList());
        assertThat(spoken).hasSizeGreaterThan(pairs.size() / 4);
        assertThat(right).hasSizeGreaterThan(pairs.size() / 4);
    }
}
