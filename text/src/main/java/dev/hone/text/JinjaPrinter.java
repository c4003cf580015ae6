package dev.hone.text;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code str()} and {@code repr()}. */
final class JinjaPrinter {
    private final JinjaBudget budget;

    JinjaPrinter(JinjaBudget budget) { this.budget = budget; }

    /** {@code str(value)}: what {@code {{ … }}} prints. */
    String print(Object value) {
        return switch (value) {
            case String text -> text;
            case JinjaValue.Markup markup -> markup.text();
            case JinjaValue.Undefined undefined -> "";
            default -> represent(value);
        };
    }

    String represent(Object value) {
        StringBuilder out = new StringBuilder();
        represent(value, out);
        return out.toString();
    }

    private void represent(Object value, StringBuilder out) {
        budget.step();
        budget.enter();
        switch (value) {
            case String text -> quote(text, out);
            case JinjaValue.Markup markup -> {
                budget.append(out, "Markup(");
                quote(markup.text(), out);
                budget.append(out, ")");
            }
            case List<?> list -> sequence("[", list, "]", out);
            case JinjaValue.Tuple tuple ->
                sequence("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
            case JinjaValue.View view -> sequence(view.type() + "([", view.items(), "])", out);
            case Map<?, ?> dict -> dict(dict, out);
            case JinjaValue.Namespace namespace -> {
                budget.append(out, "<Namespace ");
                dict(namespace.attributes(), out);
                budget.append(out, ">");
            }
            default -> budget.append(out, scalar(value));
        }
        budget.leave();
    }

    private static String scalar(Object value) {
        return switch (value) {
            case JinjaValue.None none -> "None";
            case Boolean truth -> truth ? "True" : "False";
            case Double real -> JinjaNumbers.repr(real);
            case Number integer -> integer.toString();
            case JinjaValue.Undefined undefined -> "Undefined";
            case JinjaValue.Range range -> "range(" + range.start() + ", " + range.stop()
                    + (range.step() == 1 ? "" : ", " + range.step()) + ")";
            case JinjaValue.HostFunction function -> throw new JinjaError("the function '" + function.name()
                    + "' has no text: call it");
            case JinjaValue.Function macro -> "<Macro '" + macro.name() + "'>";
            default -> throw new JinjaError("a " + JinjaValue.type(value)
                    + " has no text: turn it into a list with the filter 'list'");
        };
    }

    private void sequence(String open, Collection<?> items, String close, StringBuilder out) {
        budget.append(out, open);
        String separator = "";
        for (Object item : items) {
            budget.append(out, separator);
            represent(item, out);
            separator = ", ";
        }
        budget.append(out, close);
    }

    private void dict(Map<?, ?> dict, StringBuilder out) {
        budget.append(out, "{");
        Iterator<? extends Map.Entry<?, ?>> entries = dict.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            represent(entry.getKey(), out);
            budget.append(out, ": ");
            represent(entry.getValue(), out);
            budget.append(out, entries.hasNext() ? ", " : "");
        }
        budget.append(out, "}");
    }

    private void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder quoted = new StringBuilder(text.length() + 2).append(quote);
        text.codePoints().forEach(c -> quoted.append(escaped(c, quote)));
        budget.append(out, quoted.append(quote).toString());
    }

    private static String escaped(int c, char quote) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\' -> "\\\\";
            default -> {
                if (c == quote) {
                    yield "\\" + quote;
                }
                if (isPrintable(c)) {
                    yield Character.toString(c);
                }
                yield c < 0x100
                        ? String.format("\\x%02x", c)
                        : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c);
            }
        };
    }

    private static boolean isPrintable(int c) {
        return c == ' ' || switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR ->
                false;
            default -> true;
        };
    }
}
