package dev.hone.text;

import java.util.List;

/**
 * Several answers to a prompt, each with a score.
 *
 * @param prompt what they answer
 * @param answers at least two, in the order of the file
 * @param scores [answers] finite, higher is better
 */
public record Scored(Passage prompt, List<Passage> answers, List<Double> scores) implements Labelled {
    public Scored {
        answers = List.copyOf(answers);
        scores = List.copyOf(scores);
        if (answers.size() < 2 || answers.size() != scores.size()) {
            throw new DataException("a list of " + answers.size() + " answers with " + scores.size()
                    + " scores: expected at least two answers, each with its score");
        }
    }
}
