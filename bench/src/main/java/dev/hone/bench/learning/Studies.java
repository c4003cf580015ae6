package dev.hone.bench.learning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which methods learn which task, with which settings, as they would stand on the command line: a further one is a line here. */
final class Studies {
    private static final String COMMON = "lr_scheduler_type=constant ";

    private Studies() {}

    static List<Study> of(String task) {
        return switch (task) {
            case "numbers" -> numbers();
            case "dates" -> dates();
            case "sentiment" -> sentiment();
            default -> throw new IllegalArgumentException("found the task " + task
                    + ", expected numbers, dates or sentiment");
        };
    }

    private static List<Study> numbers() {
        String answers = COMMON + "per_device_train_batch_size=128 learning_rate=3e-3 ";
        String critic = answers + "kl_coef=0.005 critic=shared ";
        return List.of(study("ppo", 100, critic + "num_iterations=2"),
                study("grpo", 100, answers + "num_generations=16 num_iterations=2 beta=0.005"),
                study("nlpo", 100, critic + "num_iterations=2 min_tokens_to_keep=1"),
                study("a2c", 100, critic),
                study("trpo", 40, answers + "kl_coef=0.005 target_kl=0.05 cg_max_steps=5 num_iterations=2"),
                study("ilql", 400, COMMON + "per_device_train_batch_size=64 learning_rate=1e-3 alpha=0.1"),
                study("ppo-lag", 100, critic + "num_iterations=2 threshold=0.2 cost=" + NumbersTask.COST));
    }

    private static List<Study> dates() {
        String answers = COMMON + "per_device_train_batch_size=64 learning_rate=1e-3 ";
        return List.of(study("ppo", 50, answers + "kl_coef=0.02 critic=shared num_iterations=2"),
                study("grpo", 50, answers + "num_generations=8 num_iterations=2 beta=0.02"));
    }

    private static List<Study> sentiment() {
        String answers = COMMON + "per_device_train_batch_size=64 learning_rate=1e-3 ";
        String groups = answers + "num_generations=8 ";
        return List.of(study("ppo", 36, answers + "kl_coef=0.02 critic=shared num_iterations=2"),
                study("rloo", 36, groups + "kl_coef=0.02"),
                study("grpo", 36, groups + "num_iterations=2 beta=0.05"),
                study("raft", 36, groups + "acceptance_ratio=0.25 temperature=1"));
    }

    /** @param settings {@code key=value} between blanks */
    private static Study study(String method, int steps, String settings) {
        Map<String, String> map = new LinkedHashMap<>();
        for (String each : settings.strip().split(" +")) {
            map.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return new Study(method, steps, map);
    }
}
