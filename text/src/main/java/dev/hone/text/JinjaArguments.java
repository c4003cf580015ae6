package dev.hone.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The arguments of a call, filter or test.
 *
 * @param callee what is called, for messages
 * @param positional the values without a name
 * @param named the keyword arguments
 */
record JinjaArguments(String callee, List<Object> positional, Map<String, Object> named) {

    static JinjaArguments none(String callee) { return new JinjaArguments(callee, List.of(), Map.of()); }

    /** All arguments by name, after Python's rules: no unknown name, none given twice, not too many. */
    JinjaArguments bind(String... names) {
        if (positional.size() > names.length) {
            throw new JinjaError(
                    callee + "() takes at most " + names.length + " arguments (" + positional.size() + " given)");
        }
        Map<String, Object> bound = new LinkedHashMap<>(named);
        for (int i = 0; i < positional.size(); i++) {
            if (bound.put(names[i], positional.get(i)) != null) {
                throw new JinjaError(callee + "() got multiple values for argument '" + names[i] + "'");
            }
        }
        Set<String> known = Set.of(names);
        for (String name : bound.keySet()) {
            if (!known.contains(name)) {
                throw new JinjaError(callee + "() got an unexpected keyword argument '" + name + "'");
            }
        }
        return new JinjaArguments(callee, List.of(), bound);
    }

    /** As {@link #bind}, of a function that takes no keyword arguments. */
    JinjaArguments bindPositional(String... names) {
        if (!named.isEmpty()) {
            throw new JinjaError(callee + "() takes no keyword arguments");
        }
        return bind(names);
    }

    Object value(String name, Object otherwise) { return named.getOrDefault(name, otherwise); }

    Object value(String name) {
        Object value = named.get(name);
        if (value == null) {
            throw new JinjaError(callee + "() missing required argument: '" + name + "'");
        }
        return value;
    }

    boolean isTrue(String name) { return JinjaValue.truth(value(name, false)); }

    /** Whether an argument is given and not None. */
    boolean given(String name) {
        return value(name, JinjaValue.None.NONE) != JinjaValue.None.NONE;
    }

    long integer(String name, long otherwise) { return JinjaNumbers.index(value(name, otherwise)); }

    /** An argument that must be a str. */
    String text(String name) {
        Object value = value(name);
        if (!JinjaValue.isText(value)) {
            throw new JinjaError(callee + "() argument '" + name + "' must be str, not " + JinjaValue.type(value));
        }
        return JinjaValue.text(value);
    }
}
