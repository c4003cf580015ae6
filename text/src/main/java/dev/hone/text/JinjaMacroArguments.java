package dev.hone.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gives the arguments of a macro's call to its parameters. */
final class JinjaMacroArguments {
    private JinjaMacroArguments() {}

    static void bind(JinjaNode.Signature signature, JinjaArguments given, JinjaScope scope, JinjaEvaluator evaluator) {
        List<String> parameters = signature.parameters();
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            Object value = i < given.positional().size() ? given.positional().get(i) : named.remove(name);
            scope.set(name, value != null ? value : otherwise(signature, i, scope, evaluator));
        }
        List<Object> surplus = given.positional().subList(Math.min(parameters.size(), given.positional().size()),
                given.positional().size());
        if (signature.extras().contains("caller")) {
            Object caller = named.remove("caller");
            scope.set("caller", caller != null ? caller : new JinjaValue.Undefined("No caller defined"));
        }
        if (signature.extras().contains("varargs")) {
            scope.set("varargs", new JinjaValue.Tuple(surplus));
        } else if (!surplus.isEmpty()) {
            throw new JinjaError(
                    "macro '" + signature.name() + "' takes not more than " + parameters.size() + " argument(s)");
        }
        if (signature.extras().contains("kwargs")) {
            scope.set("kwargs", named);
        } else if (!named.isEmpty()) {
            throw new JinjaError("macro '" + signature.name() + "' takes no keyword argument '"
                    + named.keySet().iterator().next() + "'");
        }
    }

    private static Object otherwise(JinjaNode.Signature signature, int place, JinjaScope scope,
            JinjaEvaluator evaluator) {
        int first = signature.parameters().size() - signature.defaults().size();
        return place < first
                ? new JinjaValue.Undefined("parameter '" + signature.parameters().get(place) + "' was not provided")
                : evaluator.value(signature.defaults().get(place - first), scope);
    }
}
