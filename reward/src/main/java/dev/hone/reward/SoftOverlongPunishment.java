package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;

/**
 * Soft overlong punishment (DAPO, arXiv 2503.14476, eq. 13; TRL's {@code get_soft_overlong_punishment}): 0 up to
 * {@code max_completion_len - soft_punish_cache} tokens, falling to −1 at {@code max_completion_len}, −1 beyond.
 *
 * @param maxCompletionLen the length of −1
 * @param softPunishCache over how many tokens it falls
 */
@SettingGroup("soft_overlong_punishment")
public record SoftOverlongPunishment(
        @Setting(required = true, min = 1, doc = "Tokens at which the punishment is -1.") int maxCompletionLen,
        @Setting(required = true, min = 0, doc = "Tokens before it over which the punishment grows; 0 = at once.") int softPunishCache)
        implements
            RewardFunction {
    public SoftOverlongPunishment {
        new Checks().require(softPunishCache <= maxCompletionLen, "soft_punish_cache", softPunishCache,
                "at most max_completion_len (" + maxCompletionLen + ")").done();
    }

    @Override
    public Score score(RewardInput input) {
        int length = input.completionIds().length;
        int free = maxCompletionLen - softPunishCache;
        if (length <= free) {
            return Score.of(0);
        }
        return Score.of(length > maxCompletionLen ? -1 : (double) (free - length) / softPunishCache);
    }
}
