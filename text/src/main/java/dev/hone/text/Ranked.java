package dev.hone.text;

import java.util.List;

/**
 * Several answers to a prompt, put in order.
 *
 * @param prompt what they answer
 * @param answers at least two, best first
 * @param places [answers] the place of each, rising from 0; answers of one place are equally good
 */
public record Ranked(Passage prompt, List<Passage> answers, List<Integer> places) implements Labelled {
    public Ranked {
        answers = List.copyOf(answers);
        places = List.copyOf(places);
        if (answers.size() < 2 || answers.size() != places.size()) {
            throw new DataException("a ranking of " + answers.size() + " answers with " + places.size()
                    + " places: expected at least two answers, each with its place");
        }
    }
}
