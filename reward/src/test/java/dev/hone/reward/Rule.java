package dev.hone.reward;

import java.util.List;
import java.util.Map;

/** What tests of rules share. */
final class Rule {
    private Rule() {}

    /** The reward that a text of a configuration chooses. */
    static RewardFunction of(String text) {
        return RewardRules.parse(List.of(text)).getFirst().open().function();
    }

    static double score(String rule, String completion) { return of(rule).score(input(completion)).total(); }

    static double score(String rule, String completion, String answer) {
        return of(rule).score(RewardInput.text("p", completion, Map.of("answer", answer))).total();
    }

    static RewardInput input(String completion) { return RewardInput.text("p", completion, Map.of()); }
}
