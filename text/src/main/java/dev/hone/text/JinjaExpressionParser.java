package dev.hone.text;

import dev.hone.text.JinjaNode.Arguments;
import dev.hone.text.JinjaNode.Expression;
import dev.hone.text.JinjaNode.Literal;
import dev.hone.text.JinjaToken.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Parses expressions, weakest binding first: if, or, and, not, comparison, + -, ~, * / // %, **, sign, then . [] () | is. */
final class JinjaExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<Kind> ARGUMENT_STARTS = Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

    private final JinjaTokens tokens;
    private final Set<String> names = new HashSet<>();

    JinjaExpressionParser(JinjaTokens tokens) { this.tokens = tokens; }

    /** The names read so far; the caller may clear it. */
    Set<String> names() { return names; }

    Expression expression() { return nested(this::conditional); }

    private Expression nested(Supplier<Expression> parse) {
        tokens.enter();
        Expression expression = parse.get();
        tokens.leave();
        return expression;
    }

    private Expression conditional() {
        Expression value = or();
        while (tokens.current().isName("if")) {
            int line = tokens.next().line();
            Expression test = or();
            Expression otherwise = new Literal(line, new JinjaValue.Undefined("the inline if-expression on line " + line
                    + " evaluated to false and no else section was defined"));
            if (tokens.skipName("else")) {
                otherwise = expression();
            }
            value = new JinjaNode.Conditional(line, test, value, otherwise);
        }
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().isName("or")) {
            int line = tokens.next().line();
            left = new JinjaNode.Or(line, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().isName("and")) {
            int line = tokens.next().line();
            left = new JinjaNode.And(line, left, not());
        }
        return left;
    }

    private Expression not() {
        if (!tokens.current().isName("not")) {
            return comparison();
        }
        int line = tokens.next().line();
        return new JinjaNode.Not(line, nested(this::not));
    }

    private Expression comparison() {
        int line = tokens.line();
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> operands = new ArrayList<>();
        while (true) {
            JinjaToken token = tokens.current();
            if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.following().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("notin");
            } else {
                break;
            }
            operands.add(sum());
        }
        return operators.isEmpty()
                ? first
                : new JinjaNode.Comparison(line, first, List.copyOf(operators), List.copyOf(operands));
    }

    private Expression sum() { return leftToRight(Set.of("+", "-"), this::joined); }

    private Expression joined() {
        int line = tokens.line();
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.getFirst() : new JinjaNode.Joined(line, List.copyOf(parts));
    }

    private Expression product() { return leftToRight(Set.of("*", "/", "//", "%"), this::power); }

    private Expression power() { return leftToRight(Set.of("**"), () -> unary(true)); }

    private Expression leftToRight(Set<String> operators, Supplier<Expression> operand) {
        Expression left = operand.get();
        while (tokens.current().is(Kind.OPERATOR) && operators.contains(tokens.current().text())) {
            JinjaToken operator = tokens.next();
            left = new JinjaNode.Binary(operator.line(), operator.text(), left, operand.get());
        }
        return left;
    }

    /** A sign binds tighter than a filter: {@code -1|abs} is 1. */
    private Expression unary(boolean withFilters) {
        int line = tokens.line();
        Expression value;
        if (tokens.skipOperator("-")) {
            value = new JinjaNode.Negative(line, nested(() -> unary(false)));
        } else if (tokens.skipOperator("+")) {
            value = new JinjaNode.Positive(line, nested(() -> unary(false)));
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        JinjaToken token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> strings();
            case INTEGER -> new Literal(token.line(), JinjaNumerals.literal(tokens.next().text()));
            case FLOAT -> new Literal(token.line(), Double.valueOf(tokens.next().text().replace("_", "")));
            case OPERATOR -> switch (token.text()) {
                case "(" -> parenthesised();
                case "[" -> list();
                case "{" -> dict();
                default -> throw tokens.unexpected("a value");
            };
            default -> throw tokens.unexpected("a value");
        };
    }

    private Expression name(JinjaToken token) {
        return switch (token.text()) {
            case "true", "True" -> new Literal(token.line(), true);
            case "false", "False" -> new Literal(token.line(), false);
            case "none", "None" -> new Literal(token.line(), JinjaValue.None.NONE);
            case "and", "else", "if", "in", "is", "not", "or" ->
                throw JinjaLexer.error(token.line(), "expected a value, found '" + token.text() + "'");
            default -> {
                names.add(token.text());
                yield new JinjaNode.Name(token.line(), token.text());
            }
        };
    }

    private Expression strings() {
        int line = tokens.line();
        StringBuilder text = new StringBuilder();
        while (tokens.current().is(Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Literal(line, text.toString());
    }

    private Expression parenthesised() {
        int line = tokens.next().line();
        if (tokens.skipOperator(")")) {
            return new JinjaNode.TupleLiteral(line, List.of());
        }
        Expression value = tuple(this::expression);
        tokens.expectOperator(")");
        return value;
    }

    /** One expression, or several with commas: then a tuple. */
    Expression tuple(Supplier<Expression> part) {
        int line = tokens.line();
        Expression first = part.get();
        if (!tokens.current().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            JinjaToken token = tokens.current();
            if (token.is(Kind.VARIABLE_END) || token.is(Kind.BLOCK_END) || token.isOperator(")")) {
                break;
            }
            items.add(part.get());
        }
        return new JinjaNode.TupleLiteral(line, List.copyOf(items));
    }

    /** A tuple whose parts are no conditional expressions, as {@code for} and {@code if} want it. */
    Expression plainTuple() {
        return tuple(() -> nested(this::or));
    }

    private Expression list() {
        int line = tokens.next().line();
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            items.add(expression());
            if (!tokens.current().isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return new JinjaNode.ListLiteral(line, List.copyOf(items));
    }

    private Expression dict() {
        int line = tokens.next().line();
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.current().isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new JinjaNode.DictLiteral(line, List.copyOf(keys), List.copyOf(values));
    }

    private Expression postfix(Expression value) {
        Expression result = value;
        while (true) {
            JinjaToken token = tokens.current();
            if (token.isOperator(".")) {
                result = attribute(result);
            } else if (token.isOperator("[")) {
                result = subscript(result);
            } else if (token.isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    private Expression filters(Expression value) {
        Expression result = value;
        while (true) {
            JinjaToken token = tokens.current();
            if (token.isOperator("|")) {
                result = filter(result);
            } else if (token.isName("is")) {
                result = test(result);
            } else if (token.isOperator("(")) {
                result = call(result);
            } else {
                return result;
            }
        }
    }

    private Expression attribute(Expression target) {
        int line = tokens.next().line();
        if (tokens.current().is(Kind.INTEGER)) {
            return new JinjaNode.Item(line, target, new Literal(line, JinjaNumerals.literal(tokens.next().text())));
        }
        return new JinjaNode.Attribute(line, target, tokens.expect(Kind.NAME, "the name of an attribute"));
    }

    private Expression subscript(Expression target) {
        int line = tokens.next().line();
        Expression none = new Literal(line, JinjaValue.None.NONE);
        Expression start = tokens.current().isOperator(":") ? none : expression();
        if (tokens.skipOperator("]")) {
            return new JinjaNode.Item(line, target, start);
        }
        if (!tokens.skipOperator(":")) {
            throw tokens.unexpected("']' or ':'");
        }
        Expression stop = isBoundEnd() ? none : expression();
        Expression step = tokens.skipOperator(":") && !isBoundEnd() ? expression() : none;
        tokens.expectOperator("]");
        return new JinjaNode.Slice(line, target, start, stop, step);
    }

    private boolean isBoundEnd() { return tokens.current().isOperator(":") || tokens.current().isOperator("]"); }

    private Expression call(Expression target) {
        int line = tokens.line();
        String refusal = switch (target) {
            case JinjaNode.Attribute attribute -> JinjaMethods.refusal(attribute.name());
            case JinjaNode.Name name -> JinjaGlobals.refusal(name.name());
            default -> null;
        };
        if (refusal != null) {
            throw JinjaLexer.error(line, refusal);
        }
        return new JinjaNode.Call(line, target, arguments());
    }

    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        List<String> named = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator(")")) {
            if (tokens.current().isOperator("*") || tokens.current().isOperator("**")) {
                throw tokens.error("unpacking arguments with " + tokens.current().text() + " is not supported");
            }
            if (tokens.current().is(Kind.NAME) && tokens.following().isOperator("=")) {
                if (named.contains(tokens.current().text())) {
                    throw tokens.error("the argument '" + tokens.current().text() + "' is given twice");
                }
                named.add(tokens.next().text());
                tokens.next();
                values.add(expression());
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.error("an argument without a name follows one with a name");
            }
            if (!tokens.current().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Arguments(List.copyOf(positional), List.copyOf(named), List.copyOf(values));
    }

    /** {@code | name(arguments)}. */
    Expression filter(Expression target) {
        tokens.expectOperator("|");
        int line = tokens.line();
        String name = tokens.expect(Kind.NAME, "the name of a filter");
        if (!JinjaFilters.has(name)) {
            throw JinjaLexer.error(line, JinjaFilters.unknown(name));
        }
        Arguments arguments = tokens.current().isOperator("(") ? arguments() : Arguments.NONE;
        JinjaInnerNames.check(line, name, arguments);
        return new JinjaNode.Filter(line, target, name, arguments);
    }

    private Expression test(Expression target) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Kind.NAME, "the name of a test");
        if (!JinjaTests.has(name)) {
            throw JinjaLexer.error(line, JinjaTests.unknown(name));
        }
        JinjaToken token = tokens.current();
        Arguments arguments = Arguments.NONE;
        if (token.isOperator("(")) {
            arguments = arguments();
        } else if (startsArgument(token)) {
            arguments = new Arguments(List.of(postfix(primary())), List.of(), List.of());
        }
        Expression test = new JinjaNode.Test(line, target, name, arguments);
        return negated ? new JinjaNode.Not(line, test) : test;
    }

    private static boolean startsArgument(JinjaToken token) {
        if (token.isName("else") || token.isName("or") || token.isName("and")) {
            return false;
        }
        if (token.isName("is")) {
            throw JinjaLexer.error(token.line(), "tests cannot be chained with 'is'");
        }
        return ARGUMENT_STARTS.contains(token.kind()) || token.isOperator("[") || token.isOperator("{");
    }
}
