package dev.hone.bench.learning;

import dev.hone.reward.NamedReward;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something to learn from rewards.
 *
 * @param name under which its runs stand
 * @param title for readers
 * @param base folder of the model that every run begins with
 * @param prompts to learn from
 * @param heldOut prompts that no run sees
 * @param given answers with their rewards, for methods that learn from such; none where the task has none
 * @param longest answer in tokens
 * @param reward what a run is given, as {@code --reward} has it
 * @param judges what else is asked about answers to held-out prompts
 * @param makings what was seen while the task was made, such as a classifier's accuracy
 */
record Task(String name, String title, Path base, Path prompts, Path heldOut, Optional<Path> given,
        int longest, String reward, Judges judges, Map<String, Double> makings) {

    /**
     * Who says something about answers and teaches nothing.
     *
     * @param rules as {@code --reward} has them, each with a name of its own
     * @param given ready ones
     */
    record Judges(List<String> rules, List<NamedReward> given) {
        Judges {
            rules = List.copyOf(rules);
            given = List.copyOf(given);
        }
    }

    /** What a method that writes answers is given. */
    Map<String, Object> prompted() {
        return Map.of("model", base, "data", prompts, "reward", reward, "max_completion_length", longest, "max_length",
                64 + longest, "log_completions", false);
    }

    /** What a method that learns from given answers is given. */
    Map<String, Object> answered() {
        return Map.of("model", base, "data",
                given.orElseThrow(() -> new IllegalArgumentException(name + " has no given answers")), "max_length",
                64 + longest);
    }
}
