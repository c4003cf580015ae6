package dev.hone.text;

import dev.hone.text.JinjaNode.Expression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions. */
final class JinjaEvaluator {
    private final JinjaRun run;

    JinjaEvaluator(JinjaRun run) { this.run = run; }

    Object value(Expression expression, JinjaScope scope) {
        try {
            run.budget().step();
            run.budget().enter();
            Object value = evaluate(expression, scope);
            run.budget().leave();
            run.budget().read(value);
            return value;
        } catch (JinjaError error) {
            throw JinjaLexer.error(expression.line(), String.valueOf(error.getMessage()));
        }
    }

    private boolean isTrue(Expression expression, JinjaScope scope) {
        return JinjaValue.truth(value(expression, scope));
    }

    private Object evaluate(Expression expression, JinjaScope scope) {
        return switch (expression) {
            case JinjaNode.Literal literal -> literal.value();
            case JinjaNode.Name name -> {
                Object found = scope.get(name.name());
                yield found == null ? JinjaValue.Undefined.name(name.name()) : found;
            }
            case JinjaNode.ListLiteral list -> values(list.items(), scope);
            case JinjaNode.TupleLiteral tuple -> new JinjaValue.Tuple(values(tuple.items(), scope));
            case JinjaNode.DictLiteral dict -> dict(dict, scope);
            case JinjaNode.Attribute attribute ->
                JinjaLookup.attribute(value(attribute.target(), scope), attribute.name());
            case JinjaNode.Item item -> JinjaLookup.item(value(item.target(), scope), value(item.key(), scope));
            case JinjaNode.Slice slice -> JinjaLookup.slice(run.budget(), value(slice.target(), scope),
                    new JinjaLookup.Bounds(value(slice.start(), scope), value(slice.stop(), scope),
                            value(slice.step(), scope)));
            case JinjaNode.Call call -> call(call, scope, Map.of());
            case JinjaNode.Filter filter -> JinjaFilters.apply(run, value(filter.target(), scope),
                    arguments(filter.name(), filter.arguments(), scope));
            case JinjaNode.Test test -> JinjaTests.holds(run, value(test.target(), scope),
                    arguments(test.name(), test.arguments(), scope));
            case JinjaNode.Not not -> !isTrue(not.value(), scope);
            case JinjaNode.Negative negative -> JinjaNumbers.negate(number(value(negative.value(), scope), "-"));
            case JinjaNode.Positive positive ->
                run.operators().binary("+", 0L, number(value(positive.value(), scope), "+"));
            case JinjaNode.And and -> either(and.left(), and.right(), scope, false);
            case JinjaNode.Or or -> either(or.left(), or.right(), scope, true);
            case JinjaNode.Binary binary -> run.operators().binary(binary.operator(), value(binary.left(), scope),
                    value(binary.right(), scope));
            case JinjaNode.Comparison comparison -> comparison(comparison, scope);
            case JinjaNode.Joined joined -> joined(joined, scope);
            case JinjaNode.Conditional choice ->
                value(isTrue(choice.test(), scope) ? choice.yes() : choice.no(), scope);
        };
    }

    /** The first value where its truth decides already, else the second. */
    private Object either(Expression left, Expression right, JinjaScope scope, boolean decisive) {
        Object first = value(left, scope);
        return JinjaValue.truth(first) == decisive ? first : value(right, scope);
    }

    private static Object number(Object value, String sign) {
        JinjaOperators.requireDefined(value);
        if (!JinjaNumbers.isNumber(value)) {
            throw new JinjaError("bad operand type for unary " + sign + ": '" + JinjaValue.type(value) + "'");
        }
        return value;
    }

    private List<Object> values(List<Expression> items, JinjaScope scope) {
        List<Object> values = new ArrayList<>(items.size());
        for (Expression item : items) {
            values.add(value(item, scope));
        }
        return values;
    }

    private Object dict(JinjaNode.DictLiteral literal, JinjaScope scope) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        for (int i = 0; i < literal.keys().size(); i++) {
            Object key = JinjaLookup.key(value(literal.keys().get(i), scope));
            dict.put(key, value(literal.values().get(i), scope));
        }
        return dict;
    }

    private Object comparison(JinjaNode.Comparison comparison, JinjaScope scope) {
        Object left = value(comparison.first(), scope);
        for (int i = 0; i < comparison.operators().size(); i++) {
            Object right = value(comparison.operands().get(i), scope);
            if (!run.operators().compare(comparison.operators().get(i), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object joined(JinjaNode.Joined joined, JinjaScope scope) {
        StringBuilder text = new StringBuilder();
        for (Object part : values(joined.parts(), scope)) {
            run.budget().append(text, run.printer().print(part));
        }
        return text.toString();
    }

    private JinjaArguments arguments(String callee, JinjaNode.Arguments arguments, JinjaScope scope) {
        if (arguments.named().isEmpty()) {
            return new JinjaArguments(callee, values(arguments.positional(), scope), Map.of());
        }
        List<Object> positional = values(arguments.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < arguments.names().size(); i++) {
            named.put(arguments.names().get(i), value(arguments.named().get(i), scope));
        }
        return new JinjaArguments(callee, positional, named);
    }

    /** Calls a function, with keyword arguments beside those that are written. */
    Object call(JinjaNode.Call call, JinjaScope scope, Map<String, Object> more) {
        Object target = value(call.target(), scope);
        JinjaOperators.requireDefined(target);
        if (!(target instanceof JinjaValue.Function function)) {
            throw new JinjaError("'" + JinjaValue.type(target) + "' object is not callable");
        }
        JinjaArguments arguments = arguments(function.name(), call.arguments(), scope);
        if (!more.isEmpty()) {
            Map<String, Object> named = new LinkedHashMap<>(arguments.named());
            named.putAll(more);
            arguments = new JinjaArguments(arguments.callee(), arguments.positional(), named);
        }
        return function.call(run, arguments);
    }
}
