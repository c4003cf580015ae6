package dev.hone.reward;

import dev.hone.config.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts the text that chooses rewards into its parts. */
final class RewardText {
    private static final Pattern CHOICE = Pattern.compile(
            "\\s*([A-Za-z][\\w-]*)\\s*(?:\\((.*)\\))?\\s*(?::\\s*(\\S+))?\\s*",
            Pattern.DOTALL);
    private static final Pattern SETTING = Pattern.compile("\\s*([A-Za-z]\\w*)\\s*=(.*)", Pattern.DOTALL);
    private static final int SHOWN = 60;
    /** A key that the reader of flags takes for a file of settings. */
    private static final String FILE_KEY = "config";

    private RewardText() {}

    /**
     * One choice.
     *
     * @param name of the kind of reward, in lower case with underscores
     * @param settings as written, without quotes and brackets
     * @param where the choice's own text, for messages
     */
    record Part(String name, Map<String, String> settings, double weight, String where) {}

    /** @param problems gets every mistake */
    static List<Part> read(String text, List<Problem> problems) {
        List<Part> parts = new ArrayList<>();
        for (String choice : split(text)) {
            if (!choice.isBlank()) {
                part(choice, parts, problems);
            }
        }
        return parts;
    }

    private static void part(String choice, List<Part> parts, List<Problem> problems) {
        String where = "in " + choice.strip().substring(0, Math.min(SHOWN, choice.strip().length()));
        Matcher form = CHOICE.matcher(choice);
        if (!form.matches()) {
            problems.add(new Problem("reward", choice.strip(), "NAME, NAME:WEIGHT or NAME(key=value, …):WEIGHT", "",
                    "Close every bracket and quote."));
            return;
        }
        int before = problems.size();
        Map<String, String> settings = settings(form.group(2) == null ? "" : form.group(2), where, problems);
        double weight = weight(form.group(3) == null ? "1" : form.group(3), where, problems);
        String name = form.group(1).replace('-', '_');
        if (problems.size() == before) {
            parts.add(new Part(name, settings, weight, where));
        } else {
            parts.add(new Part(name, settings, 1, where));
        }
    }

    private static double weight(String text, String where, List<Problem> problems) {
        try {
            double weight = Double.parseDouble(text);
            if (Double.isFinite(weight)) {
                return weight;
            }
        } catch (NumberFormatException notANumber) {
            // said below
        }
        problems.add(new Problem("reward", "the weight " + text, "a finite number after the colon", where, ""));
        return 1;
    }

    private static Map<String, String> settings(String text, String where, List<Problem> problems) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String each : split(text)) {
            Matcher form = SETTING.matcher(each);
            if (each.isBlank()) {
                continue;
            }
            if (!form.matches() || form.group(1).equals(FILE_KEY)) {
                problems.add(new Problem("reward", each.strip(), "key=value", where, ""));
            } else if (settings.put(form.group(1), plain(form.group(2).strip())) != null) {
                problems.add(new Problem("reward", form.group(1) + " twice", "each key once", where, ""));
            }
        }
        return settings;
    }

    /** Without quotes, or the square brackets of a list and the quotes of its entries. */
    private static String plain(String value) {
        if (value.length() >= 2 && value.startsWith("[") && value.endsWith("]")) {
            return String.join(",", split(value.substring(1, value.length() - 1)).stream()
                    .map(entry -> plain(entry.strip())).toList());
        }
        boolean quoted = value.length() >= 2 && "\"'".indexOf(value.charAt(0)) >= 0
                && value.charAt(value.length() - 1) == value.charAt(0);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** At commas that stand in no bracket and no quotes. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        char quote = 0;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'' && opens(text, i)) {
                quote = c;
            } else if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
            } else if (c == ',' && depth == 0) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** An apostrophe inside of a word is none. */
    private static boolean opens(String text, int at) {
        return at == 0 || "=[, ".indexOf(text.charAt(at - 1)) >= 0;
    }
}
