package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.train.ModelSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a reward model must reach.
 *
 * @param rewardModel its folder
 * @param data pairs whose better answer is known
 * @param gateAccuracy share of them that it must order right
 * @param out folder of the results
 */
@SettingGroup("Gate")
record GateSettings(
        @Setting(required = true, aliases = "reward_model_path", doc = "Folder of the reward model.") Path rewardModel,
        @Setting(required = true, doc = "Pairs of a better and a worse answer that it has not learned from.") List<String> data,
        @Setting(value = "0.6", above = 0, max = 1, aliases = "accuracy", doc = "Share of the pairs that it must order right.") double gateAccuracy,
        @Setting(doc = "Folder for gate.json and scores.jsonl; none = nothing is written.") Optional<Path> out,
        @Setting(doc = "Chat template: a built-in name, a .jinja file, none, or empty = the model's.") String chatTemplate,
        @Setting(value = "bf16", doc = "What the model computes in: bf16 or fp32.") ModelSettings.Precision dtype,
        @Setting(value = "auto", doc = "auto, cpu, cuda or cuda:N.") String device) {}
