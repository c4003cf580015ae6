package dev.hone.reward;

import dev.hone.config.SettingGroup;

/**
 * TRL's {@code think_format_reward}: 1 where the completion begins with {@code <think>}, opens it only once and closes it,
 * else 0.
 */
@SettingGroup("think_format")
public record ThinkFormat() implements RewardFunction {
    private static final String OPEN = "<think>";

    @Override
    public Score score(RewardInput input) {
        String text = input.completion();
        return Score.of(text.startsWith(OPEN) && text.lastIndexOf(OPEN) == 0 && text.contains("</think>"));
    }
}
