package dev.hone.text;

import dev.hone.text.JinjaNode.Arguments;
import dev.hone.text.JinjaNode.Expression;
import java.util.List;

/** Filters and tests that are named by a text, as in {@code map('upper')}: unknown names are found before rendering. */
final class JinjaInnerNames {
    private JinjaInnerNames() {}

    static void check(int line, String filter, Arguments arguments) {
        switch (filter) {
            case "map" -> literal(arguments.positional(), 0, line, true);
            case "select", "reject" -> literal(arguments.positional(), 0, line, false);
            case "selectattr", "rejectattr" -> literal(arguments.positional(), 1, line, false);
            default -> {
                // takes no such name
            }
        }
    }

    private static void literal(List<Expression> arguments, int place, int line, boolean filter) {
        if (arguments.size() > place && arguments.get(place) instanceof JinjaNode.Literal literal
                && literal.value() instanceof String name) {
            if (filter && !JinjaFilters.has(name)) {
                throw JinjaLexer.error(line, JinjaFilters.unknown(name));
            }
            if (!filter && !JinjaTests.has(name)) {
                throw JinjaLexer.error(line, JinjaTests.unknown(name));
            }
        }
    }
}
