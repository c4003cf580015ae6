package dev.hone.text;

import java.util.List;

/**
 * A solution in steps, each with a verdict, for process reward models.
 *
 * @param prompt the problem
 * @param steps the steps in order, at least one
 * @param correct [steps] whether each is right
 */
public record Stepwise(Passage prompt, List<String> steps, List<Boolean> correct) implements Labelled {
    public Stepwise {
        steps = List.copyOf(steps);
        correct = List.copyOf(correct);
        if (steps.isEmpty() || steps.size() != correct.size()) {
            throw new DataException(steps.size() + " steps with " + correct.size()
                    + " labels: expected at least one step, each with its label");
        }
    }
}
