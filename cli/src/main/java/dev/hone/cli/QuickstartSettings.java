package dev.hone.cli;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.nio.file.Path;

/**
 * How large a quickstart is; the defaults take two to three minutes on two cores.
 *
 * @param out folder of everything it makes
 */
@SettingGroup("Quickstart")
record QuickstartSettings(
        @Setting(value = "hone-quickstart", doc = "Folder of everything it makes; what an earlier quickstart left there is replaced.") Path out,
        @Setting(value = "7", doc = "Of the corpus, the fresh weights and the order of the rows.") long seed,
        @Setting(value = "4800", min = 20, doc = "Documents to pre-train on, about 75 tokens each.") int documents,
        @Setting(value = "2400", min = 20, doc = "Conversations to fine-tune on.") int instructions,
        @Setting(value = "1600", min = 20, doc = "Pairs of a right and a wrong answer to learn preferences from, at most; they are"
                + " made from the conversations.") int pairs,
        @Setting(value = "2", above = 0, doc = "Passes over the conversations.") double epochs,
        @Setting(value = "60", min = 1, doc = "Steps in which the model learns from the reward model, 64 answers each.") int rewardSteps,
        @Setting(value = "256", min = 32, doc = "Width of the model; a multiple of 32.") int width,
        @Setting(value = "4", min = 1, doc = "Layers of the model.") int layers) {}
