package dev.hone.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The types of one word that are not numbers. */
final class ScalarTypes {
    private ScalarTypes() {}

    record Truth() implements ValueType {
        @Override
        public Object read(Value value) {
            if (value instanceof Value.Scalar(Value.Kind kind, String text)) {
                boolean known = text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
                if (known && kind == Value.Kind.TEXT) {
                    throw new Mismatch(value.shown(), expected(), "Write it without quotes: " + text + ".");
                }
                if (known) {
                    return Boolean.valueOf(text);
                }
            }
            throw new Mismatch(value.shown(), expected(), "");
        }

        @Override
        public Object plain(Object value) { return value; }

        @Override
        public String expected() { return "true or false"; }

        @Override
        public String label() { return "true/false"; }

        @Override
        public Map<String, Object> schema() { return Map.of("type", "boolean"); }
    }

    record Text() implements ValueType {
        @Override
        public Object read(Value value) { return text(value, expected()); }

        @Override
        public Object plain(Object value) { return value; }

        @Override
        public String expected() { return "a text"; }

        @Override
        public String label() { return "text"; }

        @Override
        public Map<String, Object> schema() { return Map.of("type", "string"); }
    }

    record File() implements ValueType {
        @Override
        public Object read(Value value) {
            String text = text(value, expected());
            if (text.isEmpty()) {
                throw new Mismatch("an empty text", expected(), "");
            }
            try {
                return Path.of(text);
            } catch (InvalidPathException notAPath) {
                throw new Mismatch(value.shown(), "a path that this system can have", "");
            }
        }

        @Override
        public Object plain(Object value) { return value.toString(); }

        @Override
        public String expected() { return "a path"; }

        @Override
        public String label() { return "path"; }

        @Override
        public Map<String, Object> schema() { return Map.of("type", "string", "minLength", 1); }
    }

    /** @param constants by the name that users write */
    record Choice(Map<String, Object> constants) implements ValueType {
        static Choice of(Class<?> type) {
            Map<String, Object> constants = new LinkedHashMap<>();
            @Nullable
            Object[] all = type.getEnumConstants();
            Arrays.stream(all == null ? new Object[0] : all).map(Enum.class::cast)
                    .forEach(constant -> constants.put(Names.choice(constant), constant));
            return new Choice(constants);
        }

        @Override
        public Object read(Value value) {
            String text = text(value, expected());
            Object constant = constants.get(text.toLowerCase(Locale.ROOT).replace('-', '_'));
            if (constant == null) {
                throw new Mismatch(value.shown(), expected(),
                        Nearest.of(text, constants.keySet()).map(near -> "Did you mean " + near + "?").orElse(""));
            }
            return constant;
        }

        @Override
        public Object plain(Object value) { return Names.choice((Enum<?>) value); }

        @Override
        public String expected() {
            List<String> names = List.copyOf(constants.keySet());
            return names.size() == 1
                    ? names.getFirst()
                    : names.stream().limit(names.size() - 1L).collect(Collectors.joining(", ")) + " or "
                            + names.getLast();
        }

        @Override
        public String label() { return "name"; }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "string");
            schema.put("enum", List.copyOf(constants.keySet()));
            return schema;
        }
    }

    private static String text(Value value, String expected) {
        if (!(value instanceof Value.Scalar(Value.Kind kind, String text))) {
            throw new Mismatch(value.shown(), expected, "");
        }
        if (kind == Value.Kind.NUMBER || kind == Value.Kind.TRUTH) {
            throw new Mismatch(value.shown(), expected, "Write it in quotes: " + Show.quoted(text) + ".");
        }
        return text;
    }
}
