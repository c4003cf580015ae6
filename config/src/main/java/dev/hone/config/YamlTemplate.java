package dev.hone.config;

import java.util.List;
import java.util.Map;

/**
 * A configuration file to start from: every setting with its default, described in comments. Required settings stand without
 * a value and optional ones are commented out, so the file reads as the defaults once the required ones are filled in.
 */
public final class YamlTemplate {
    private static final int WIDTH = 100;

    private YamlTemplate() {}

    /** The settings of the records that one command reads. */
    public static String of(List<? extends Class<? extends Record>> records) {
        StringBuilder text = new StringBuilder();
        for (Keys.Group group : Keys.of(records).groups()) {
            text.append("# ").append("-".repeat(8)).append(' ').append(group.heading()).append(' ')
                    .append("-".repeat(8)).append("\n\n");
            group.keys().forEach(key -> entry(text, key));
        }
        return text.toString();
    }

    private static void entry(StringBuilder text, KeySpec key) {
        String remark = key.required() ? " (required)" : key.optional() ? " (optional)" : "";
        HelpText.wrap(key.sentence() + remark, WIDTH).forEach(line -> text.append("# ").append(line).append('\n'));
        if (key.required()) {
            text.append(key.name()).append(":\n\n");
        } else if (key.optional()) {
            text.append("# ").append(key.name()).append(":\n\n");
        } else {
            Object value = key.type().plain(key.fallback().orElseThrow());
            text.append(ConfigWriter.yaml(Map.of(key.name(), value))).append('\n');
        }
    }
}
