package dev.hone.text;

import dev.hone.text.JinjaNode.Expression;
import dev.hone.text.JinjaNode.Signature;
import dev.hone.text.JinjaNode.Statement;
import dev.hone.text.JinjaNode.Target;
import dev.hone.text.JinjaToken.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses the statements of a template; what this interpreter does not have is refused here, before any rendering. */
final class JinjaParser {
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");
    private static final Set<String> MACRO_EXTRAS = Set.of("varargs", "kwargs", "caller");

    private final JinjaTokens tokens;
    private final JinjaExpressionParser expressions;
    private int loops;
    private boolean generates;

    private JinjaParser(List<JinjaToken> tokens) {
        this.tokens = new JinjaTokens(tokens);
        this.expressions = new JinjaExpressionParser(this.tokens);
    }

    /**
     * A parsed template.
     *
     * @param generates whether it has a {@code {% generation %}} block
     */
    record Parsed(List<Statement> body, boolean generates) {}

    static Parsed parse(String source) {
        JinjaParser parser = new JinjaParser(JinjaLexer.tokens(source));
        List<Statement> body = parser.statements(Set.of());
        return new Parsed(body, parser.generates);
    }

    /** Statements up to a tag of one of the names, which is then the current token; no names: up to the end. */
    private List<Statement> statements(Set<String> ends) {
        tokens.enter();
        List<Statement> body = new ArrayList<>();
        while (!tokens.current().is(Kind.END)) {
            JinjaToken token = tokens.next();
            if (token.is(Kind.TEXT)) {
                body.add(new JinjaNode.Text(token.line(), token.text()));
            } else if (token.is(Kind.VARIABLE_BEGIN)) {
                body.add(new JinjaNode.Print(tokens.line(), expressions.tuple(expressions::expression)));
                tokens.expect(Kind.VARIABLE_END, "'}}'");
            } else {
                if (tokens.current().is(Kind.NAME) && ends.contains(tokens.current().text())) {
                    tokens.leave();
                    return List.copyOf(body);
                }
                body.add(statement());
                tokens.expect(Kind.BLOCK_END, "'%}'");
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.error("the template ends where a tag is still open: expected " + JinjaFilters.listing(ends));
        }
        tokens.leave();
        return List.copyOf(body);
    }

    /** The end of an opening tag, the statements inside, and the name of the closing tag. */
    private List<Statement> body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END, "'%}'");
        return statements(Set.of(ends));
    }

    /** As {@link #body}, in a place where no loop of the surroundings can be left. */
    private List<Statement> function(String end) {
        int outer = loops;
        loops = 0;
        List<Statement> body = body(end);
        tokens.next();
        loops = outer;
        return body;
    }

    private Statement statement() {
        int line = tokens.line();
        String tag = tokens.expect(Kind.NAME, "the name of a tag");
        return switch (tag) {
            case "if" -> ifs(line);
            case "for" -> loop(line);
            case "set" -> set(line);
            case "macro" -> macro(line);
            case "call" -> call(line);
            case "generation" -> generation(line);
            case "break" -> leaving(new JinjaNode.Break(line), tag);
            case "continue" -> leaving(new JinjaNode.Continue(line), tag);
            default -> throw JinjaLexer.error(line, unknown(tag));
        };
    }

    private static String unknown(String tag) {
        return tag.startsWith("end") || tag.equals("else") || tag.equals("elif")
                ? "the tag '" + tag + "' closes nothing that is open here"
                : "the tag '" + tag
                        + "' is not supported; supported are break, call, continue, for, generation, if, macro, "
                        + "raw, set";
    }

    private Statement ifs(int line) {
        List<JinjaNode.Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        String end = "elif";
        while (end.equals("elif")) {
            Expression test = expressions.plainTuple();
            branches.add(new JinjaNode.Branch(test, body("elif", "else", "endif")));
            end = tokens.next().text();
        }
        if (end.equals("else")) {
            otherwise = body("endif");
            tokens.next();
        }
        return new JinjaNode.If(line, List.copyOf(branches), otherwise);
    }

    private Statement loop(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expression items = expressions.plainTuple();
        Optional<Expression> filter = tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (tokens.current().isName("recursive")) {
            throw tokens.error("recursive loops are not supported: write a macro that calls itself");
        }
        loops++;
        List<Statement> body = body("else", "endfor");
        loops--;
        List<Statement> otherwise = List.of();
        if (tokens.next().text().equals("else")) {
            otherwise = body("endfor");
            tokens.next();
        }
        return new JinjaNode.For(line, target, items, filter, body, otherwise);
    }

    private Statement leaving(Statement statement, String tag) {
        if (loops == 0) {
            throw JinjaLexer.error(statement.line(), "'" + tag + "' stands outside of a loop");
        }
        return statement;
    }

    private Statement set(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new JinjaNode.Set(line, target, expressions.tuple(expressions::expression));
        }
        Expression filtered = new JinjaNode.Name(line, JinjaNode.SetBlock.BODY);
        while (tokens.current().isOperator("|")) {
            filtered = expressions.filter(filtered);
        }
        List<Statement> body = body("endset");
        tokens.next();
        return new JinjaNode.SetBlock(line, target, filtered, body);
    }

    /** A name, several with commas, or {@code namespace.attribute}. */
    private Target target(boolean namespaces) {
        Target first = onePart(namespaces);
        if (!tokens.current().isOperator(",")) {
            return first;
        }
        List<Target> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (tokens.current().isName("in") || tokens.current().isOperator("=") || tokens.current().isOperator(")")) {
                break;
            }
            parts.add(onePart(namespaces));
        }
        return new JinjaNode.TupleTarget(List.copyOf(parts));
    }

    private Target onePart(boolean namespaces) {
        tokens.enter();
        if (tokens.skipOperator("(")) {
            Target inner = target(namespaces);
            tokens.expectOperator(")");
            tokens.leave();
            return inner;
        }
        String name = assignable();
        tokens.leave();
        if (namespaces && tokens.skipOperator(".")) {
            return new JinjaNode.AttributeTarget(name, tokens.expect(Kind.NAME, "the name of an attribute"));
        }
        return new JinjaNode.NameTarget(name);
    }

    private String assignable() {
        JinjaToken token = tokens.current();
        String name = tokens.expect(Kind.NAME, "a name to assign to");
        if (CONSTANTS.contains(name) || name.equals("loop")) {
            throw JinjaLexer.error(token.line(), "cannot assign to '" + name + "'");
        }
        return name;
    }

    private Statement macro(int line) {
        String name = assignable();
        Set<String> outer = new HashSet<>(expressions.names());
        expressions.names().clear();
        Parameters parameters = parameters();
        List<Statement> body = function("endmacro");
        Signature signature = signature(name, parameters);
        expressions.names().addAll(outer);
        return new JinjaNode.Macro(line, signature, body);
    }

    private Statement call(int line) {
        Set<String> outer = new HashSet<>(expressions.names());
        expressions.names().clear();
        Parameters parameters = tokens.current().isOperator("(") ? parameters() : new Parameters(List.of(), List.of());
        if (!(expressions.expression() instanceof JinjaNode.Call call)) {
            throw JinjaLexer.error(line, "a call block needs the call of a macro");
        }
        List<Statement> body = function("endcall");
        Signature signature = signature("caller", parameters);
        expressions.names().addAll(outer);
        return new JinjaNode.CallBlock(line, signature, call, body);
    }

    private Signature signature(String name, Parameters parameters) {
        Set<String> extras = new HashSet<>(MACRO_EXTRAS);
        extras.retainAll(expressions.names());
        parameters.names().forEach(extras::remove);
        return new Signature(name, parameters.names(), parameters.defaults(), Set.copyOf(extras));
    }

    private record Parameters(List<String> names, List<Expression> defaults) {}

    private Parameters parameters() {
        tokens.expectOperator("(");
        List<String> names = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        while (!tokens.skipOperator(")")) {
            int line = tokens.line();
            String name = assignable();
            if (names.contains(name)) {
                throw JinjaLexer.error(line, "the parameter '" + name + "' stands twice");
            }
            names.add(name);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw JinjaLexer.error(line,
                        "the parameter '" + name + "' without a default follows one with a default");
            }
            if (!tokens.current().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Parameters(List.copyOf(names), List.copyOf(defaults));
    }

    private Statement generation(int line) {
        generates = true;
        return new JinjaNode.Generation(line, function("endgeneration"));
    }
}
