package dev.hone.cli;

import dev.hone.text.Conversation;
import dev.hone.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One thing that can be asked of the world in one wording.
 *
 * @param kind what sort of question it is, for the weights of the corpus and for a table of results
 * @param fact what it asks about; the same for all wordings of it
 * @param prompt the turns up to the one that is to be answered
 * @param reply a right answer; worded anew at every call where there is a choice
 * @param check when an answer is right
 */
record CorpusQuestion(Kind kind, String fact, List<Message> prompt, Function<Random, String> reply, CorpusCheck check) {
    /** The sorts of questions, with their share of the instructions (relative weights). */
    enum Kind {
        COLOUR(7), HOME(7), FOOD(7), SOUND(6), LEGS(5), WHO(6), TRUE_OR_FALSE(9), BIGGER(4), OPPOSITE(7), PLUS(
                10), MINUS(6), DAY(
                        5), NUMBER(4), LIST(7), KIND_OF(5), THING(4), STORY(11), REPEAT(8), FOLLOW_UP(6), CHAT(4);

        final int weight;

        Kind(int weight) { this.weight = weight; }

        /** Small talk has no right answer, so none of it is held out. */
        boolean graded() { return this != CHAT; }
    }

    CorpusQuestion {
        prompt = List.copyOf(prompt);
    }

    /** What identifies the question in a conversation: all turns before the answer. */
    String key() {
        return key(prompt);
    }

    static String key(List<Message> prompt) {
        return prompt.stream().map(m -> m.role().text() + ": " + m.content()).collect(Collectors.joining("\n"));
    }

    /** The question with a right answer. */
    Conversation answered(Random random) {
        List<Message> messages = new ArrayList<>(prompt);
        messages.add(Message.assistant(reply.apply(random)));
        return new Conversation(messages);
    }
}
