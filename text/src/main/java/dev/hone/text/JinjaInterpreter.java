package dev.hone.text;

import dev.hone.text.JinjaNode.Expression;
import dev.hone.text.JinjaNode.Statement;
import dev.hone.text.JinjaNode.Target;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Carries out the statements of a template. One instance is one rendering. */
final class JinjaInterpreter {
    /** How a statement ended. */
    private enum Flow {
        ON, BREAK, CONTINUE
    }

    private final JinjaRun run;
    private final JinjaEvaluator evaluator;
    private final JinjaOutput output;

    private JinjaInterpreter(JinjaRun run) {
        this.run = run;
        this.evaluator = new JinjaEvaluator(run);
        this.output = new JinjaOutput(run.budget());
    }

    /** Renders a template; the variables are values of {@link JinjaValue}'s kinds. */
    static RenderedText render(List<Statement> body, Map<String, Object> variables, Clock clock) {
        JinjaInterpreter interpreter = new JinjaInterpreter(new JinjaRun(clock));
        JinjaScope globals = JinjaScope.outermost(JinjaGlobals.TABLE);
        JinjaScope scope = globals.inner();
        variables.forEach(scope::set);
        interpreter.all(body, scope.inner());
        return interpreter.output.rendered();
    }

    private Flow all(List<Statement> body, JinjaScope scope) {
        for (Statement statement : body) {
            Flow flow = one(statement, scope);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow one(Statement statement, JinjaScope scope) {
        try {
            run.budget().step();
            run.budget().enter();
            Flow flow = carryOut(statement, scope);
            run.budget().leave();
            return flow;
        } catch (JinjaError error) {
            throw JinjaLexer.error(statement.line(), String.valueOf(error.getMessage()));
        }
    }

    private Flow carryOut(Statement statement, JinjaScope scope) {
        switch (statement) {
            case JinjaNode.Text text -> output.print(text.text());
            case JinjaNode.Print print -> output.print(run.printer().print(evaluator.value(print.value(), scope)));
            case JinjaNode.If ifs -> {
                return all(chosen(ifs, scope), scope);
            }
            case JinjaNode.For loop -> {
                return loop(loop, scope);
            }
            case JinjaNode.Break leave -> {
                return Flow.BREAK;
            }
            case JinjaNode.Continue next -> {
                return Flow.CONTINUE;
            }
            case JinjaNode.Set set -> assign(set.target(), evaluator.value(set.value(), scope), scope);
            case JinjaNode.SetBlock set -> {
                JinjaScope inner = scope.inner();
                inner.set(JinjaNode.SetBlock.BODY, output.capture(() -> all(set.body(), scope.inner())));
                assign(set.target(), evaluator.value(set.filtered(), inner), scope);
            }
            case JinjaNode.Macro macro ->
                scope.set(macro.signature().name(), new MacroFunction(macro.signature(), macro.body(), scope));
            case JinjaNode.CallBlock call -> output.print(run.printer().print(evaluator.call(call.call(), scope,
                    Map.of("caller", new MacroFunction(call.signature(), call.body(), scope)))));
            case JinjaNode.Generation generation -> {
                output.beginGeneration(generation.line());
                all(generation.body(), scope.inner());
                output.endGeneration();
            }
        }
        return Flow.ON;
    }

    private List<Statement> chosen(JinjaNode.If ifs, JinjaScope scope) {
        for (JinjaNode.Branch branch : ifs.branches()) {
            if (JinjaValue.truth(evaluator.value(branch.test(), scope))) {
                return branch.body();
            }
        }
        return ifs.otherwise();
    }

    private Flow loop(JinjaNode.For statement, JinjaScope scope) {
        Iterator<Object> items = run.operators().iterate(evaluator.value(statement.items(), scope));
        Iterator<Object> source = statement.filter().<Iterator<Object>>map(
                filter -> new Filtered(items, statement.target(), filter, scope)).orElse(items);
        JinjaLoop loop = new JinjaLoop(source);
        // as in Jinja, "else" also follows a loop whose body never ran to its end
        boolean ranThrough = false;
        while (loop.hasNext()) {
            run.budget().step();
            JinjaScope inner = scope.inner();
            inner.set("loop", loop);
            assign(statement.target(), loop.next(), inner);
            Flow flow = all(statement.body(), inner);
            ranThrough |= flow == Flow.ON;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        return ranThrough ? Flow.ON : all(statement.otherwise(), scope.inner());
    }

    /** The elements for which the {@code if} of a loop holds, tested one at a time. */
    private final class Filtered implements Iterator<Object> {
        private final Iterator<Object> items;
        private final Target target;
        private final Expression test;
        private final JinjaScope scope;
        private final List<Object> found = new ArrayList<>(1);

        Filtered(Iterator<Object> items, Target target, Expression test, JinjaScope scope) {
            this.items = items;
            this.target = target;
            this.test = test;
            this.scope = scope;
        }

        @Override
        public boolean hasNext() {
            while (found.isEmpty() && items.hasNext()) {
                Object item = items.next();
                JinjaScope inner = scope.inner();
                assign(target, item, inner);
                if (JinjaValue.truth(evaluator.value(test, inner))) {
                    found.add(item);
                }
            }
            return !found.isEmpty();
        }

        @Override
        public Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return found.removeFirst();
        }
    }

    private void assign(Target target, Object value, JinjaScope scope) {
        switch (target) {
            case JinjaNode.NameTarget name -> scope.set(name.name(), value);
            case JinjaNode.AttributeTarget place -> {
                if (!(scope.get(place.namespace()) instanceof JinjaValue.Namespace namespace)) {
                    throw new JinjaError(
                            "cannot assign attribute on non-namespace object: '" + place.namespace() + "'");
                }
                namespace.attributes().put(place.attribute(), value);
            }
            case JinjaNode.TupleTarget tuple -> {
                List<Target> parts = tuple.parts();
                List<Object> values = run.operators().list(value);
                if (values.size() != parts.size()) {
                    throw new JinjaError("cannot unpack " + values.size() + " values into " + parts.size() + " names");
                }
                for (int i = 0; i < parts.size(); i++) {
                    assign(parts.get(i), values.get(i), scope);
                }
            }
        }
    }

    /** A macro, or the body of a call block, with the variables of the place where it stands. */
    private final class MacroFunction implements JinjaValue.Function {
        private final JinjaNode.Signature signature;
        private final List<Statement> body;
        private final JinjaScope home;

        MacroFunction(JinjaNode.Signature signature, List<Statement> body, JinjaScope home) {
            this.signature = signature;
            this.body = body;
            this.home = home;
        }

        @Override
        public String name() { return signature.name(); }

        @Override
        public Object call(JinjaRun caller, JinjaArguments arguments) {
            JinjaScope scope = home.inner();
            JinjaMacroArguments.bind(signature, arguments, scope, evaluator);
            return output.capture(() -> all(body, scope.inner()));
        }
    }
}
