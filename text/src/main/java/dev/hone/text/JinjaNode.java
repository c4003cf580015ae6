package dev.hone.text;

import java.util.List;
import java.util.Optional;

/** The syntax tree of a template: immutable, so that threads share it. */
final class JinjaNode {
    private JinjaNode() {}

    /** Something that has a value. */
    sealed interface Expression {
        int line();
    }

    record Literal(int line, Object value) implements Expression {}

    record Name(int line, String name) implements Expression {}

    record ListLiteral(int line, List<Expression> items) implements Expression {}

    record TupleLiteral(int line, List<Expression> items) implements Expression {}

    record DictLiteral(int line, List<Expression> keys, List<Expression> values) implements Expression {}

    record Attribute(int line, Expression target, String name) implements Expression {}

    record Item(int line, Expression target, Expression key) implements Expression {}

    /** A bound that is left out is the literal None. */
    record Slice(int line, Expression target, Expression start, Expression stop,
            Expression step) implements Expression {}

    /** The arguments of a call, filter or test. */
    record Arguments(List<Expression> positional, List<String> names, List<Expression> named) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of());
    }

    record Call(int line, Expression target, Arguments arguments) implements Expression {}

    record Filter(int line, Expression target, String name, Arguments arguments) implements Expression {}

    record Test(int line, Expression target, String name, Arguments arguments) implements Expression {}

    record Negative(int line, Expression value) implements Expression {}

    record Positive(int line, Expression value) implements Expression {}

    record Not(int line, Expression value) implements Expression {}

    record And(int line, Expression left, Expression right) implements Expression {}

    record Or(int line, Expression left, Expression right) implements Expression {}

    record Binary(int line, String operator, Expression left, Expression right) implements Expression {}

    /** {@code first operators[0] operands[0] operators[1] …}: each operand is evaluated once. */
    record Comparison(int line, Expression first, List<String> operators,
            List<Expression> operands) implements Expression {}

    /** {@code a ~ b ~ c}. */
    record Joined(int line, List<Expression> parts) implements Expression {}

    record Conditional(int line, Expression test, Expression yes, Expression no) implements Expression {}

    /** What stands left of {@code =} or after {@code for}. */
    sealed interface Target {}

    record NameTarget(String name) implements Target {}

    record TupleTarget(List<Target> parts) implements Target {}

    record AttributeTarget(String namespace, String attribute) implements Target {}

    /** Something that is done. */
    sealed interface Statement {
        int line();
    }

    record Text(int line, String text) implements Statement {}

    record Print(int line, Expression value) implements Statement {}

    record Branch(Expression test, List<Statement> body) {}

    record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record For(int line, Target target, Expression items, Optional<Expression> filter, List<Statement> body,
            List<Statement> otherwise) implements Statement {}

    record Break(int line) implements Statement {}

    record Continue(int line) implements Statement {}

    record Set(int line, Target target, Expression value) implements Statement {}

    /** {@code {% set x | filter %} … {% endset %}}; the filters apply to the name {@link #BODY}. */
    record SetBlock(int line, Target target, Expression filtered, List<Statement> body) implements Statement {
        static final String BODY = "(block)";
    }

    /**
     * A macro, or the body of a call block.
     *
     * @param defaults of the last parameters
     * @param extras which of the names varargs, kwargs and caller the body uses
     */
    record Signature(String name, List<String> parameters, List<Expression> defaults, java.util.Set<String> extras) {}

    record Macro(int line, Signature signature, List<Statement> body) implements Statement {}

    record CallBlock(int line, Signature signature, Call call, List<Statement> body) implements Statement {}

    record Generation(int line, List<Statement> body) implements Statement {}
}
