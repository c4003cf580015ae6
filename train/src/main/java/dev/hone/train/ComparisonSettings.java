package dev.hone.train;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How answers of one or two models are judged.
 *
 * @param before another model, to compare with
 * @param out folder of the results
 * @param maxSamples prompts that are answered at most; 0 = all
 */
@SettingGroup("Evaluation")
public record ComparisonSettings(
        @Setting(doc = "Folder of another model that answers the same prompts, such as what a run began with.") Optional<Path> before,
        @Setting(required = true, doc = "Folder for evaluation.json and answers.jsonl.") Path out,
        @Setting(value = "256", min = 1, aliases = {
                "max_new_tokens", "response_length"}, doc = "Longest answer in tokens.") int maxCompletionLength,
        @Setting(value = "0", min = 0, doc = "Divides the scores before a token is drawn; 0 = the likeliest token each time.") double temperature,
        @Setting(value = "0", min = 0, doc = "Prompts to answer at most, from the first on; 0 = all.") int maxSamples,
        @Setting(value = "42", doc = "Of all draws; both models draw alike.") long seed) {}
