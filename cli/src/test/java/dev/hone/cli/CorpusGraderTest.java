package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.text.Conversation;
import dev.hone.text.DataException;
import dev.hone.text.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorpusGraderTest {
    private static final CorpusGrader GRADER = new CorpusGrader();

    @Test
    void acceptsEveryReferenceOfTheWholeCatalogue() {
        Random random = new Random(3);
        for (CorpusQuestion question : CorpusCatalogue.questions()) {
            if (!question.kind().graded())
                continue;
            Conversation answered = question.answered(random);
            assertThat(GRADER.isRight(answered, reply(answered))).as("%s -> %s", question.key(), reply(answered))
                    .isTrue();
        }
    }

    @Test
    void answersToOtherQuestionsAreWrong() {
        List<Conversation> asked = CorpusGenerator.generate(5, 1, 1).heldOut();
        List<String> replies = new ArrayList<>(asked.stream().map(CorpusGraderTest::reply).toList());
        assertThat(GRADER.share(asked, replies)).isEqualTo(1.0);
        Collections.rotate(replies, 40); // to another kind of question
        assertThat(GRADER.share(asked, replies)).isLessThan(0.02);
        Collections.rotate(replies, -39); // mostly to the next fact of the same kind
        assertThat(GRADER.share(asked, replies)).isLessThan(0.25);
    }

    @Test
    void continuedStoriesAreWrong() {
        List<Conversation> asked = CorpusGenerator.generate(5, 1, 1).heldOut();
        Random random = new Random(1);
        List<String> stories = asked.stream().map(c -> WorldStories.any(random)).toList();
        assertThat(GRADER.share(asked, stories)).isLessThan(0.02);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "What colour is the fox? | The fox is red. | true",
            "What colour is the fox? | Red! | true",
            "What colour is the fox? | The fox is blue. | false",
            "What colour is the fox? | The fox is red and blue. | false",
            "What colour is the fox? | '' | false",
            "Where does the owl live? | It lives in the tower. | true",
            "Where does the owl live? | It lives in the barn. | false",
            "How many legs does the crab have? | The crab has ten legs. | true",
            "How many legs does the crab have? | The crab has four legs. | false",
            "What is 3 plus 4? | 3 plus 4 is 7. | true",
            "What is 3 plus 4? | 7 | true",
            "What is 3 plus 4? | 3 plus 4 is 8. | false",
            "What is 3 plus 4? | 3 plus 4 is 17. | false",
            "What is 3 plus 4? | 6 or 7 | false",
            "What is the opposite of hot? | The opposite of hot is cold. | true",
            "What is the opposite of hot? | The opposite of hot is hot. | false",
            "What day comes after Sunday? | After Sunday comes Monday. | true",
            "What day comes after Sunday? | After Sunday comes Tuesday. | false",
            "Name three fruits. | Here are three fruits: lemon, plum and pear. | true",
            "Name three fruits. | Here are three fruits: lemon, plum and lemon. | false",
            "Name three fruits. | Here are three fruits: lemon and plum. | false",
            "Name three fruits. | Here are three fruits: lemon, plum and drum. | false",
            "Who lives in the jungle? | It is the parrot. | true",
            "Who lives in the jungle? | The parrot lives in the jungle. | true",
            "Who lives in the jungle? | The owl lives in the jungle. | false",
            "Is the cat black? | Yes, the cat is black. | true",
            "Is the cat black? | No, the cat is black. | false",
            "Is the cat black? | Yes, the cat is red. | false",
            "Which is bigger, the mouse or the horse? | The horse is bigger. | true",
            "Which is bigger, the mouse or the horse? | The mouse is bigger. | false",
            "Which is bigger, the mouse or the horse? | The horse is smaller. | false",
            "What is a plum? | A plum is a fruit. | true",
            "What is a plum? | A plum is a toy. | false"})
    void knowsRightFromWrong(String prompt, String answer, boolean right) {
        assertThat(GRADER.isRight(asking(prompt), answer)).isEqualTo(right);
    }

    @Test
    void aSayingMustComeBackWordForWord() {
        CorpusQuestion question = CorpusCatalogue.questions().stream()
                .filter(q -> q.kind() == CorpusQuestion.Kind.REPEAT).findFirst().orElseThrow();
        Conversation answered = question.answered(new Random(1));
        assertThat(GRADER.isRight(answered, "\"" + reply(answered) + "\"")).isTrue();
        assertThat(GRADER.isRight(answered, reply(answered) + " Yes.")).isFalse();
        assertThat(GRADER.isRight(answered, reply(answered).replaceFirst("^\\w+ ", ""))).isFalse();
    }

    @Test
    void aStoryMustTellOfWhatWasAskedAndEnd() {
        CorpusQuestion question = CorpusCatalogue.questions().stream()
                .filter(q -> q.kind() == CorpusQuestion.Kind.STORY).findFirst().orElseThrow();
        Conversation answered = question.answered(new Random(1));
        String story = reply(answered);
        assertThat(GRADER.isRight(answered, story)).isTrue();
        assertThat(GRADER.isRight(answered, story.substring(0, story.lastIndexOf(' ')))).isFalse();
        assertThat(GRADER.isRight(answered, story.replace("cat", "dog"))).isFalse();
        assertThat(GRADER.isRight(answered, story.repeat(6))).isFalse();
    }

    @Test
    void scoresByKindAndShare() {
        List<Conversation> asked = List.of(asking("What is 3 plus 4?"), asking("What is 2 plus 2?"),
                asking("What colour is the fox?"));
        List<String> answers = List.of("7", "5", "Red.");
        assertThat(GRADER.share(asked, answers)).isEqualTo(2.0 / 3);
        assertThat(GRADER.scores(asked, answers)).containsEntry("plus", new CorpusGrader.Score(1, 2))
                .containsEntry("colour", new CorpusGrader.Score(1, 1)).hasSize(2);
        assertThatThrownBy(() -> GRADER.share(asked, List.of("7"))).isInstanceOf(DataException.class)
                .hasMessageContaining("1 answers to 3");
        assertThatThrownBy(() -> GRADER.isRight(asking("What is the capital of France?"), "Paris"))
                .isInstanceOf(DataException.class).hasMessageContaining("capital of France");
    }

    private static Conversation asking(String prompt) {
        return new Conversation(List.of(Message.user(prompt), Message.assistant("?")));
    }

    private static String reply(Conversation conversation) { return conversation.messages().getLast().content(); }
}
