package dev.hone.text;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class JinjaGlobals {
    private static final long MAX_RANGE = 100_000;

    /** Globals of Jinja that this interpreter has not. */
    private static final Set<String> UNSUPPORTED = Set.of("cycler", "joiner", "lipsum");

    static final Map<String, Object> TABLE = Map.of(
            "range", function("range", (run, arguments) -> range(arguments)),
            "namespace",
            function("namespace", (run, arguments) -> new JinjaValue.Namespace(entries("namespace", arguments))),
            "dict", function("dict", (run, arguments) -> entries("dict", arguments)),
            "raise_exception", function("raise_exception", JinjaGlobals::raise),
            "strftime_now", function("strftime_now", (run, arguments) -> JinjaStrftime.format(run.now(),
                    arguments.bind("format").text("format"))));

    private JinjaGlobals() {}

    /** Why a function cannot be called, or null: known before rendering. */
    static @Nullable String refusal(String name) {
        return UNSUPPORTED.contains(name)
                ? "the function '" + name + "' is not supported; supported are "
                        + JinjaFilters.listing(TABLE.keySet())
                : null;
    }

    private static Object function(String name, JinjaValue.HostFunction.Body body) {
        return new JinjaValue.HostFunction(name, body);
    }

    private static Object range(JinjaArguments given) {
        JinjaArguments arguments = given.bindPositional("start", "stop", "step");
        long first = JinjaNumbers.index(arguments.value("start"));
        boolean one = !arguments.named().containsKey("stop");
        JinjaValue.Range range = new JinjaValue.Range(one ? 0 : first, one ? first : arguments.integer("stop", 0),
                arguments.integer("step", 1));
        if (range.step() == 0) {
            throw new JinjaError("range() arg 3 must not be zero");
        }
        if (range.length() > MAX_RANGE || range.length() < 0) {
            throw new JinjaError("range() too big: more than " + MAX_RANGE + " numbers");
        }
        return range;
    }

    /** The entries of {@code dict(mapping, key=value …)}. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> entries(String callee, JinjaArguments arguments) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw new JinjaError(callee + "() takes at most one positional argument");
        }
        for (Object base : arguments.positional()) {
            if (!(base instanceof Map<?, ?> dict)) {
                throw new JinjaError(callee + "() needs a dict, found " + JinjaValue.type(base));
            }
            entries.putAll(dict);
        }
        entries.putAll(arguments.named());
        return (Map<String, Object>) (Map<?, ?>) entries;
    }

    private static Object raise(JinjaRun run, JinjaArguments given) {
        throw new JinjaError(run.printer().print(given.bind("message").value("message")));
    }
}
