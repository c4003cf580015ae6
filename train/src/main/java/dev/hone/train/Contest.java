package dev.hone.train;

import java.util.List;
import java.util.Map;

/** Sets two answers to one prompt beside each other, both judged. */
interface Contest {

    /** Two answers to one prompt, both judged. */
    record Match(Judgement own, Judgement other) {

        /** By how much the policy's own answer is better. */
        double margin() { return own.value() - other.value(); }
    }

    /**
     * What came of it.
     *
     * @param matches per group, of the answers that could be judged on both sides
     * @param metrics of the matches, and of the other's answers
     * @param log what is kept of each answer, by group and answer
     * @param rivals the other's answers; none where the policy plays against itself
     */
    record Held(List<List<Match>> matches, Map<String, Double> metrics, List<List<Map<String, Double>>> log,
            List<Group> rivals) {}

    Held hold(List<Group> groups, ExperienceMaker.Turn turn);
}
