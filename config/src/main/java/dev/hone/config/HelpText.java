package dev.hone.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The settings of a command for a terminal: grouped by record, aligned, wrapped. */
public final class HelpText {
    private static final int WIDEST_FLAG = 36;
    private static final int NARROWEST = 40;

    private HelpText() {}

    /**
     * All settings of a command.
     *
     * @param width columns of the terminal; below 40 it is taken as 40
     * @return lines with a line end each
     */
    public static String of(int width, List<? extends Class<? extends Record>> records) {
        Keys keys = Keys.of(records);
        int total = Math.max(width, NARROWEST);
        int widest = keys.all().stream().mapToInt(key -> flag(key).length()).filter(length -> length <= WIDEST_FLAG)
                .max().orElse(0);
        int indent = Math.min(widest + 2, total / 2);
        StringBuilder text = new StringBuilder();
        for (Keys.Group group : keys.groups()) {
            text.append(text.isEmpty() ? "" : "\n").append(group.heading()).append(":\n");
            group.keys().forEach(key -> entry(text, key, indent, total));
        }
        return text.toString();
    }

    private static void entry(StringBuilder text, KeySpec key, int indent, int width) {
        String flag = flag(key);
        String pad = " ".repeat(indent);
        List<String> lines = wrap(key.sentence() + " " + remark(key), width - indent);
        boolean fits = flag.length() + 2 <= indent;
        text.append(fits
                ? flag + " ".repeat(indent - flag.length()) + lines.getFirst()
                : flag + "\n" + pad + lines.getFirst());
        lines.stream().skip(1).forEach(line -> text.append('\n').append(pad).append(line));
        text.append('\n');
    }

    private static String flag(KeySpec key) {
        String name = "  --" + key.name();
        return key.type() instanceof ScalarTypes.Truth
                ? name
                : name + " " + key.type().label().toUpperCase(Locale.ROOT);
    }

    private static String remark(KeySpec key) {
        return key.required() ? "(required)" : key.optional() ? "(optional)" : "(default: " + key.defaultText() + ")";
    }

    /** Greedy, by words; a word longer than a line stands alone and sticks out. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.strip().split("\\s+", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
