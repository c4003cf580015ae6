package dev.hone.reward;

import dev.hone.config.Checks;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import java.util.HashSet;
import java.util.List;

/**
 * 1 where the completion is nothing but the tags in their order, each once and with some text in it, such as
 * {@code <think>…</think><answer>…</answer>}; else 0, or the share of tags that stand once and closed.
 *
 * @param tags names of the tags
 * @param partial whether a part of the tags gives a part of the reward
 */
@SettingGroup("format_tags")
public record FormatTags(
        @Setting(value = "think,answer", doc = "The tags, in order.") List<String> tags,
        @Setting(value = "false", doc = "Give half of the reward for the share of tags that are opened and closed once, where the"
                + " whole is not right.") boolean partial)
        implements
            RewardFunction {
    private static final double PART = 0.5;

    public FormatTags {
        new Checks().require(!tags.isEmpty() && tags.stream().allMatch(tag -> tag.matches("[\\w-]+"))
                && new HashSet<>(tags).size() == tags.size(), "tags", tags,
                "different names of letters, without < and >")
                .done();
    }

    @Override
    public Score score(RewardInput input) {
        String text = input.completion();
        if (whole(text)) {
            return Score.of(1);
        }
        long sound = tags.stream().filter(tag -> once(text, tag)).count();
        return Score.of(partial ? PART * sound / tags.size() : 0);
    }

    private boolean whole(String text) {
        String rest = text.strip();
        for (String tag : tags) {
            int end = rest.indexOf("</" + tag + ">");
            if (!once(text, tag) || !rest.startsWith("<" + tag + ">") || end < tag.length() + 2
                    || rest.substring(tag.length() + 2, end).isBlank()) {
                return false;
            }
            rest = rest.substring(end + tag.length() + 3).strip();
        }
        return rest.isEmpty();
    }

    private static boolean once(String text, String tag) {
        int open = text.indexOf("<" + tag + ">");
        int close = text.indexOf("</" + tag + ">");
        return open >= 0 && close > open && text.lastIndexOf("<" + tag + ">") == open
                && text.lastIndexOf("</" + tag + ">") == close;
    }
}
