package dev.hone.cli;

import dev.hone.text.Conversation;
import dev.hone.text.DataException;
import dev.hone.text.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells whether answers to the corpus's questions are right: by the facts of the world, by arithmetic, or by what was asked
 * for. An answer is judged by what it says, not by how close it comes to the reference; see {@link CorpusCheck}.
 */
final class CorpusGrader {
    private final Map<String, CorpusQuestion> questions = new HashMap<>();

    CorpusGrader() { CorpusCatalogue.questions().forEach(question -> questions.put(question.key(), question)); }

    /** Right answers of a kind of question among those given. */
    record Score(int right, int asked) {
        double share() { return asked == 0 ? 0 : (double) right / asked; }

        Score plus(Score other) { return new Score(right + other.right, asked + other.asked); }
    }

    /**
     * Whether {@code answer} is a right last turn for a conversation of the corpus, whose own last turn is not looked at.
     *
     * @throws DataException when the conversation asks nothing that this world knows
     */
    boolean isRight(Conversation conversation, String answer) {
        return question(conversation).check().accepts(answer);
    }

    /** The share of right answers, from 0 to 1. */
    double share(List<Conversation> conversations, List<String> answers) {
        return scores(conversations, answers).values().stream().reduce(new Score(0, 0), Score::plus).share();
    }

    /** Right answers by kind of question: {@code colour}, {@code plus}, {@code story}, … */
    Map<String, Score> scores(List<Conversation> conversations, List<String> answers) {
        if (conversations.size() != answers.size()) {
            throw new DataException(answers.size() + " answers to " + conversations.size()
                    + " questions: expected one for each");
        }
        Map<String, Score> scores = new TreeMap<>();
        for (int i = 0; i < answers.size(); i++) {
            CorpusQuestion question = question(conversations.get(i));
            Score score = new Score(question.check().accepts(answers.get(i)) ? 1 : 0, 1);
            scores.merge(question.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '), score, Score::plus);
        }
        return scores;
    }

    private CorpusQuestion question(Conversation conversation) {
        List<Message> messages = conversation.messages();
        String key = CorpusQuestion.key(messages.subList(0, messages.size() - 1));
        CorpusQuestion question = questions.get(key);
        if (question == null) {
            throw new DataException("cannot grade '" + key + "': expected a question that CorpusGenerator made");
        }
        return question;
    }
}
