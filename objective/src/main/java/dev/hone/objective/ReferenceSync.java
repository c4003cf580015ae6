package dev.hone.objective;

import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * A reference that follows the policy: TR-DPO (arXiv 2404.09656, eq. 3). Every so many steps the reference becomes
 * α·policy + (1−α)·reference. The trainer reads it; an objective sees only the log-probs that result.
 *
 * @param syncRefModel whether it moves
 * @param refModelMixupAlpha α
 * @param refModelSyncSteps optimizer steps between two moves
 */
@SettingGroup("Moving reference")
public record ReferenceSync(
        @Setting(value = "false", doc = "Let the reference follow the policy (TR-DPO).") boolean syncRefModel,
        @Setting(value = "0.6", above = 0, max = 1, doc = "Share of the policy in the new reference; 1 replaces it.") double refModelMixupAlpha,
        @Setting(value = "512", min = 1, doc = "Optimizer steps between two updates of the reference.") int refModelSyncSteps) {}
