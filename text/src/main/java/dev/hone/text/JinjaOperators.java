package dev.hone.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's operators on the values of a template; an operation that Python refuses fails here too. */
final class JinjaOperators {
    private final JinjaBudget budget;
    private final JinjaPrinter printer;

    JinjaOperators(JinjaBudget budget) {
        this.budget = budget;
        this.printer = new JinjaPrinter(budget);
    }

    /** {@code left operator right}, of the arithmetic operators. */
    Object binary(String operator, Object left, Object right) {
        if (operator.equals("%") && left instanceof String format) {
            return new JinjaFormat(budget, printer).format(format, right);
        }
        requireDefined(left);
        requireDefined(right);
        if (JinjaNumbers.isNumber(left) && JinjaNumbers.isNumber(right)) {
            return JinjaNumbers.arithmetic(operator, left, right);
        }
        if (operator.equals("+")) {
            return add(left, right);
        }
        if (operator.equals("*") && JinjaNumbers.isInteger(right)) {
            return repeat(left, right);
        }
        if (operator.equals("*") && JinjaNumbers.isInteger(left)) {
            return repeat(right, left);
        }
        throw unsupported(operator, left, right);
    }

    private static JinjaError unsupported(String operator, Object left, Object right) {
        return new JinjaError("unsupported operand types for " + operator + ": '" + JinjaValue.type(left) + "' and '"
                + JinjaValue.type(right) + "'");
    }

    /** Fails on a value that is not there. */
    static void requireDefined(Object value) {
        if (value instanceof JinjaValue.Undefined undefined) {
            throw new JinjaError(undefined.why());
        }
    }

    private Object add(Object left, Object right) {
        if (left instanceof String a && right instanceof String b) {
            budget.text((long) a.length() + b.length());
            return a + b;
        }
        if (JinjaValue.isText(left) && JinjaValue.isText(right)) {
            return new JinjaValue.Markup(escaped(left) + escaped(right));
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return joined(a, b);
        }
        if (left instanceof JinjaValue.Tuple a && right instanceof JinjaValue.Tuple b) {
            return new JinjaValue.Tuple(joined(a.items(), b.items()));
        }
        if (JinjaValue.isText(left) && !JinjaValue.isText(right)) {
            throw new JinjaError("can only concatenate str (not \"" + JinjaValue.type(right) + "\") to str");
        }
        throw unsupported("+", left, right);
    }

    private String escaped(Object text) {
        if (text instanceof JinjaValue.Markup markup) {
            return markup.text();
        }
        String escaped = JinjaValue.text(text).replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")
                .replace("'", "&#39;").replace("\"", "&#34;");
        budget.text(escaped.length());
        return escaped;
    }

    private List<Object> joined(List<?> left, List<?> right) {
        budget.items((long) left.size() + right.size());
        List<Object> joined = new ArrayList<>(left.size() + right.size());
        joined.addAll(left);
        joined.addAll(right);
        return joined;
    }

    private Object repeat(Object value, Object times) {
        long count = Math.max(0, JinjaNumbers.index(times));
        return switch (value) {
            case String text -> repeat(text, count);
            case JinjaValue.Markup markup -> new JinjaValue.Markup(repeat(markup.text(), count));
            case List<?> list -> repeat(list, count);
            case JinjaValue.Tuple tuple -> new JinjaValue.Tuple(repeat(tuple.items(), count));
            default -> throw unsupported("*", value, times);
        };
    }

    String repeat(String text, long count) {
        if (text.isEmpty() || count == 0) {
            return "";
        }
        budget.text(count > JinjaBudget.MAX_TEXT ? count : count * text.length());
        return text.repeat((int) count);
    }

    private List<Object> repeat(List<?> list, long count) {
        if (list.isEmpty() || count == 0) {
            return List.of();
        }
        budget.items(count > JinjaBudget.MAX_TEXT ? Long.MAX_VALUE >> 1 : count * list.size());
        List<Object> result = new ArrayList<>((int) count * list.size());
        for (long i = 0; i < count; i++) {
            result.addAll(list);
        }
        return result;
    }

    /** {@code left == right}; functions, namespaces and generators equal only themselves. */
    @SuppressWarnings("ReferenceEquality")
    boolean same(Object left, Object right) {
        budget.step();
        if (JinjaNumbers.isNumber(left) && JinjaNumbers.isNumber(right)) {
            return !JinjaNumbers.isNan(left) && !JinjaNumbers.isNan(right) && JinjaNumbers.compare(left, right) == 0;
        }
        if (JinjaValue.isText(left) && JinjaValue.isText(right)) {
            budget.read(left);
            return JinjaValue.text(left).equals(JinjaValue.text(right));
        }
        return switch (left) {
            case List<?> a -> right instanceof List<?> b && sameItems(a, b);
            case JinjaValue.Tuple a ->
                right instanceof JinjaValue.Tuple b && sameItems(a.items(), b.items());
            case Map<?, ?> a -> right instanceof Map<?, ?> b && sameEntries(a, b);
            case JinjaValue.Undefined undefined -> right instanceof JinjaValue.Undefined;
            case JinjaValue.Range a -> right instanceof JinjaValue.Range b && sameItems(list(a), list(b));
            default -> left == right;
        };
    }

    private boolean sameItems(List<?> left, List<?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        boolean same = true;
        for (int i = 0; i < left.size() && same; i++) {
            same = same(left.get(i), right.get(i));
        }
        budget.leave();
        return same;
    }

    private boolean sameEntries(Map<?, ?> left, Map<?, ?> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        boolean same = true;
        for (Map.Entry<?, ?> entry : left.entrySet()) {
            Object other = JinjaLookup.get(right, entry.getKey());
            same = same && other != null && same(entry.getValue(), other);
        }
        budget.leave();
        return same;
    }

    /** One comparison: {@code == != < <= > >= in notin}. */
    boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> contains(right, left);
            case "notin" -> !contains(right, left);
            default -> ordered(operator, left, right);
        };
    }

    private boolean ordered(String operator, Object left, Object right) {
        if (JinjaNumbers.isNan(left) || JinjaNumbers.isNan(right)) {
            return false;
        }
        int order = order(left, right, operator);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    /** Negative, zero or positive as {@code left} stands before, with or after {@code right}. */
    int order(Object left, Object right, String operator) {
        budget.step();
        if (JinjaNumbers.isNumber(left) && JinjaNumbers.isNumber(right)) {
            return JinjaNumbers.compare(left, right);
        }
        if (JinjaValue.isText(left) && JinjaValue.isText(right)) {
            budget.read(left);
            return JinjaStrings.compare(JinjaValue.text(left), JinjaValue.text(right));
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            return orderItems(a, b, operator);
        }
        if (left instanceof JinjaValue.Tuple a && right instanceof JinjaValue.Tuple b) {
            return orderItems(a.items(), b.items(), operator);
        }
        requireDefined(left);
        requireDefined(right);
        throw new JinjaError(
                "'" + operator + "' not supported between instances of '" + JinjaValue.type(left) + "' and '"
                        + JinjaValue.type(right) + "'");
    }

    private int orderItems(List<?> left, List<?> right, String operator) {
        budget.enter();
        int order = Integer.compare(left.size(), right.size());
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!same(left.get(i), right.get(i))) {
                order = order(left.get(i), right.get(i), operator);
                break;
            }
        }
        budget.leave();
        return order;
    }

    private boolean contains(Object container, Object item) {
        if (JinjaValue.isText(container)) {
            if (!JinjaValue.isText(item)) {
                throw new JinjaError("'in <string>' requires string as left operand, not " + JinjaValue.type(item));
            }
            return JinjaValue.text(container).contains(JinjaValue.text(item));
        }
        if (container instanceof Map<?, ?> dict) {
            return JinjaLookup.get(dict, JinjaLookup.key(item)) != null;
        }
        Iterator<Object> items = iterate(container,
                "argument of type '" + JinjaValue.type(container) + "' is not iterable");
        while (items.hasNext()) {
            if (same(items.next(), item)) {
                return true;
            }
        }
        return false;
    }

    /** The elements that {@code for} goes through. */
    Iterator<Object> iterate(Object value) {
        return iterate(value, "'" + JinjaValue.type(value) + "' object is not iterable");
    }

    private Iterator<Object> iterate(Object value, String otherwise) {
        return switch (value) {
            case List<?> list -> Collections.<Object>unmodifiableList(list).iterator();
            case JinjaValue.Tuple tuple -> tuple.items().iterator();
            case Map<?, ?> dict -> Collections.<Object>unmodifiableSet(dict.keySet()).iterator();
            case String text -> characters(text);
            case JinjaValue.Markup markup -> characters(markup.text());
            case JinjaValue.View view -> view.items().iterator();
            case JinjaValue.Range range -> list(range).iterator();
            case JinjaValue.Generator generator -> generator.items();
            case JinjaValue.Undefined undefined -> Collections.emptyIterator();
            default -> throw new JinjaError(otherwise);
        };
    }

    private Iterator<Object> characters(String text) {
        return text.codePoints().<Object>mapToObj(c -> {
            budget.element();
            return Character.toString(c);
        }).iterator();
    }

    /** {@code list(value)}. */
    List<Object> list(Object value) {
        List<Object> list = new ArrayList<>();
        iterate(value).forEachRemaining(item -> {
            budget.step();
            list.add(item);
        });
        return list;
    }

    private List<Object> list(JinjaValue.Range range) {
        budget.items(range.length());
        List<Object> numbers = new ArrayList<>((int) range.length());
        for (long i = 0; i < range.length(); i++) {
            numbers.add(range.at(i));
        }
        return numbers;
    }

    /** {@code len(value)}. */
    static long length(Object value) {
        return switch (value) {
            case String text -> JinjaStrings.length(text);
            case JinjaValue.Markup markup -> JinjaStrings.length(markup.text());
            case Collection<?> list -> list.size();
            case Map<?, ?> dict -> dict.size();
            case JinjaValue.Tuple tuple -> tuple.items().size();
            case JinjaValue.View view -> view.items().size();
            case JinjaValue.Range range -> range.length();
            case JinjaValue.Undefined undefined -> 0;
            default -> throw new JinjaError("object of type '" + JinjaValue.type(value) + "' has no len()");
        };
    }
}
