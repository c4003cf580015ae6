package dev.hone.objective;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.Optional;

/** What it costs a completion not to come to its end, before it is compared with another. */
@SettingGroup("Comparison of answers")
public record EndPenalty(
        @Setting(value = "", min = 0, doc = "Taken off the score of an answer that did not come to its end, before it is"
                + " compared.") Optional<Double> missingEosPenalty) {
    public EndPenalty {
        new Checks().require(missingEosPenalty.stream().allMatch(value -> value >= 0), "missing_eos_penalty",
                missingEosPenalty, "at least 0").done();
    }

    public double score(double raw, boolean ended) { return ended ? raw : raw - missingEosPenalty.orElse(0.0); }
}
