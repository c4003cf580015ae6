package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.List;

/**
 * Demonstrations that are learned beside rewards, so that the policy keeps what it can (PPO-ptx, arXiv 2203.02155, eq. 2).
 *
 * @param ptxData files, folders or globs
 * @param ptxCoef weight of their loss
 * @param ptxBatchSize rows of a step
 */
@SettingGroup("Demonstrations beside rewards")
public record PtxSettings(
        @Setting(doc = "Demonstrations of which each step learns a few, too, as hone sft reads them: files, folders or globs.") List<String> ptxData,
        @Setting(value = "1", above = 0, doc = "Weight of their loss, nats per trained token.") double ptxCoef,
        @Setting(value = "8", min = 1, doc = "Demonstrations of a step.") int ptxBatchSize) {

    public PtxSettings {
        ptxData = List.copyOf(ptxData);
        new Checks().require(ptxCoef > 0 && Double.isFinite(ptxCoef), "ptx_coef", ptxCoef, "greater than 0")
                .require(ptxBatchSize >= 1, "ptx_batch_size", ptxBatchSize, "at least 1").done();
    }
}
