package dev.hone.cli;

import dev.hone.text.Message;
import java.util.List;

/**
 * A question with two answers, both in good form.
 *
 * @param prompt the turns up to the one that is to be answered
 * @param chosen a right answer
 * @param rejected a wrong one
 */
record CorpusPair(List<Message> prompt, String chosen, String rejected) {
    CorpusPair {
        prompt = List.copyOf(prompt);
    }
}
