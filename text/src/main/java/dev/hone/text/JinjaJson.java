package dev.hone.text;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The filter {@code tojson} as the transformers library has it: Python's {@code json.dumps}, not HTML-escaped, with
 * {@code ensure_ascii} off unless asked for.
 */
final class JinjaJson {
    private final JinjaRun run;
    private final boolean ascii;
    private final boolean sorted;
    private final boolean lines;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final StringBuilder out = new StringBuilder();

    private JinjaJson(JinjaRun run, JinjaArguments arguments) {
        this.run = run;
        this.ascii = arguments.isTrue("ensure_ascii");
        this.sorted = arguments.isTrue("sort_keys");
        this.lines = arguments.given("indent");
        this.indent = lines ? indent(run, arguments.value("indent")) : "";
        List<Object> separators = arguments.given("separators")
                ? run.operators().list(arguments.value("separators"))
                : List.of(lines ? "," : ", ", ": ");
        if (separators.size() != 2 || !separators.stream().allMatch(JinjaValue::isText)) {
            throw new JinjaError("tojson() separators must be two texts: (item separator, key separator)");
        }
        this.itemSeparator = JinjaValue.text(separators.get(0));
        this.keySeparator = JinjaValue.text(separators.get(1));
    }

    static Object write(JinjaRun run, Object value, JinjaArguments given) {
        JinjaJson json = new JinjaJson(run, given.bind("ensure_ascii", "indent", "separators", "sort_keys"));
        json.value(value, 0);
        return json.out.toString();
    }

    private static String indent(JinjaRun run, Object indent) {
        return JinjaValue.isText(indent)
                ? JinjaValue.text(indent)
                : run.operators().repeat(" ", Math.max(0, JinjaNumbers.index(indent)));
    }

    private void value(Object value, int depth) {
        run.budget().step();
        run.budget().enter();
        switch (value) {
            case JinjaValue.None none -> append("null");
            case Boolean truth -> append(truth.toString());
            case Double real -> append(real(real));
            case Number integer -> append(integer.toString());
            case String text -> string(text);
            case JinjaValue.Markup markup -> string(markup.text());
            case List<?> list -> array(list, depth);
            case JinjaValue.Tuple tuple -> array(tuple.items(), depth);
            case Map<?, ?> dict -> object(dict, depth);
            default -> throw new JinjaError("Object of type " + JinjaValue.type(value) + " is not JSON serializable"
                    + (value instanceof JinjaValue.Undefined undefined ? ": " + undefined.why() : ""));
        }
        run.budget().leave();
    }

    private void append(String text) { run.budget().append(out, text); }

    private static String real(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : JinjaNumbers.repr(value);
    }

    private void array(List<?> items, int depth) {
        append("[");
        for (int i = 0; i < items.size(); i++) {
            append(i == 0 ? "" : itemSeparator);
            line(depth + 1);
            value(items.get(i), depth + 1);
        }
        if (!items.isEmpty()) {
            line(depth);
        }
        append("]");
    }

    private void object(Map<?, ?> dict, int depth) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(dict.entrySet());
        if (sorted) {
            entries.sort((a, b) -> run.operators().order(a.getKey(), b.getKey(), "<"));
        }
        append("{");
        Iterator<Map.Entry<?, ?>> each = entries.iterator();
        while (each.hasNext()) {
            Map.Entry<?, ?> entry = each.next();
            line(depth + 1);
            string(key(entry.getKey()));
            append(keySeparator);
            value(entry.getValue(), depth + 1);
            append(each.hasNext() ? itemSeparator : "");
        }
        if (!entries.isEmpty()) {
            line(depth);
        }
        append("}");
    }

    private void line(int depth) {
        if (lines) {
            append("\n");
            append(run.operators().repeat(indent, depth));
        }
    }

    private static String key(Object key) {
        return switch (key) {
            case String text -> text;
            case JinjaValue.None none -> "null";
            case Boolean truth -> truth.toString();
            case Double real -> real(real);
            case Number integer -> integer.toString();
            default -> throw new JinjaError(
                    "keys must be str, int, float, bool or None, not " + JinjaValue.type(key));
        };
    }

    private void string(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        quoted.append(String.format("\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        append(quoted.append('"').toString());
    }
}
