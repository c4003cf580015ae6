package dev.hone.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of Python's dict, list and tuple, and the way to those of str. */
final class JinjaMethods {
    interface Method {
        Object call(JinjaRun run, Object receiver, JinjaArguments arguments);
    }

    private static final Map<String, Method> DICT = Map.of(
            "get", (run, dict, arguments) -> get((Map<?, ?>) dict, arguments.bindPositional("key", "default")),
            "items", (run, dict, arguments) -> items(charged(run, dict, arguments)),
            "keys", (run, dict, arguments) -> keys(charged(run, dict, arguments)),
            "values", (run, dict, arguments) -> values(charged(run, dict, arguments)),
            "copy", (run, dict, arguments) -> dict);
    private static final Map<String, Method> SEQUENCE = Map.of(
            "index", (run, list, arguments) -> index(run, list, arguments.bindPositional("value").value("value")),
            "count", (run, list, arguments) -> count(run, list, arguments.bindPositional("value").value("value")),
            "copy", (run, list, arguments) -> list);

    /** Methods that change their object: a sandboxed template may not even see them. */
    private static final Map<String, Set<String>> CHANGING = Map.of(
            "dict", Set.of("clear", "pop", "popitem", "setdefault", "update"),
            "list", Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"));

    /** Methods that Python has and this interpreter has not. */
    private static final Map<String, Set<String>> UNSUPPORTED = Map.of(
            "dict", Set.of("fromkeys"),
            "int", Set.of("bit_length", "bit_count", "conjugate", "as_integer_ratio", "to_bytes", "from_bytes"),
            "float", Set.of("is_integer", "hex", "fromhex", "conjugate", "as_integer_ratio"),
            "str",
            Set.of("casefold", "encode", "expandtabs", "format", "format_map", "isascii", "isdecimal", "isidentifier",
                    "isprintable", "istitle", "maketrans", "translate"));

    private JinjaMethods() {}

    /** The method of a value, bound to it; null when its type has none of that name. */
    static @Nullable Object find(Object receiver, String name) {
        String type = receiver instanceof JinjaValue.Markup ? "str" : JinjaValue.type(receiver);
        if (CHANGING.getOrDefault(type, Set.of()).contains(name)) {
            return new JinjaValue.Undefined("access to attribute '" + name + "' of '" + type + "' object is unsafe");
        }
        if (UNSUPPORTED.getOrDefault(type, Set.of()).contains(name)) {
            throw new JinjaError(refusal(type, name));
        }
        Method method = switch (type) {
            case "dict" -> DICT.get(name);
            case "list" -> SEQUENCE.get(name);
            case "tuple", "range" -> name.equals("copy") ? null : SEQUENCE.get(name);
            case "str" -> JinjaTextMethods.TABLE.get(name);
            default -> null;
        };
        return method == null
                ? null
                : new JinjaValue.HostFunction(name, (run, arguments) -> method.call(run, receiver, arguments));
    }

    /** Why {@code x.name(…)} cannot be rendered whatever x is, or null: known before rendering. */
    static @Nullable String refusal(String name) {
        for (Map.Entry<String, Set<String>> entry : UNSUPPORTED.entrySet()) {
            if (entry.getValue().contains(name)) {
                return refusal(entry.getKey(), name);
            }
        }
        return null;
    }

    private static String refusal(String type, String name) {
        Set<String> known = new HashSet<>(type.equals("str") ? JinjaTextMethods.TABLE.keySet() : DICT.keySet());
        return "the method '" + name + "' of " + type + " is not supported"
                + (type.equals("int") || type.equals("float") ? "" : "; supported are " + JinjaFilters.listing(known));
    }

    private static Map<?, ?> charged(JinjaRun run, Object dict, JinjaArguments arguments) {
        arguments.bindPositional();
        run.budget().items(((Map<?, ?>) dict).size());
        return (Map<?, ?>) dict;
    }

    private static Object get(Map<?, ?> dict, JinjaArguments arguments) {
        Object found = JinjaLookup.get(dict, JinjaLookup.key(arguments.value("key")));
        return found == null ? arguments.value("default", JinjaValue.None.NONE) : found;
    }

    private static Object items(Map<?, ?> dict) { return new JinjaValue.View("dict_items", pairs(dict)); }

    /** The entries of a dict as tuples. */
    static List<Object> pairs(Map<?, ?> dict) {
        List<Object> pairs = new ArrayList<>(dict.size());
        dict.forEach((key, value) -> pairs.add(JinjaValue.Tuple.of(key, value)));
        return pairs;
    }

    private static Object keys(Map<?, ?> dict) {
        return new JinjaValue.View("dict_keys", new ArrayList<>(dict.keySet()));
    }

    private static Object values(Map<?, ?> dict) {
        return new JinjaValue.View("dict_values", new ArrayList<>(dict.values()));
    }

    private static Object index(JinjaRun run, Object list, Object value) {
        long place = 0;
        for (Object item : run.operators().list(list)) {
            if (run.operators().same(item, value)) {
                return place;
            }
            place++;
        }
        throw new JinjaError("the value is not in the " + JinjaValue.type(list));
    }

    private static Object count(JinjaRun run, Object list, Object value) {
        return run.operators().list(list).stream().filter(item -> run.operators().same(item, value)).count();
    }
}
