package dev.hone.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists and maps: YAML's own, or separated by commas where there is only text. */
final class ManyTypes {
    private ManyTypes() {}

    /** A list of scalars. A single scalar in YAML is a list of one. */
    record Items(ValueType element) implements ValueType {
        @Override
        public Object read(Value value) {
            return switch (value) {
                case Value.Items(List<Value> values) -> all(values);
                case Value.Scalar(Value.Kind kind, String text) when kind == Value.Kind.LOOSE -> all(split(text));
                case Value.Scalar scalar -> all(List.of(scalar));
                default -> throw new Mismatch(value.shown(), expected(), "");
            };
        }

        private List<Object> all(List<Value> values) {
            List<Object> read = new ArrayList<>();
            for (Value value : values) {
                try {
                    read.add(element.read(value));
                } catch (Mismatch wrong) {
                    throw new Mismatch("a list whose entry " + (read.size() + 1) + " is " + wrong.found(),
                            expected(), wrong.advice());
                }
            }
            return List.copyOf(read);
        }

        @Override
        public Object plain(Object value) {
            return ((List<?>) value).stream().map(each -> element.plain(each)).toList();
        }

        @Override
        public String expected() { return "a list, each entry " + element.expected(); }

        @Override
        public String label() { return element.label() + ",…"; }

        @Override
        public Map<String, Object> schema() {
            return Map.of("anyOf", List.of(element.schema(), array(element.schema())));
        }

        private static Map<String, Object> array(Map<String, Object> items) {
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "array");
            schema.put("items", items);
            return schema;
        }

        @Override
        public int mostWords() { return Integer.MAX_VALUE; }
    }

    /** Texts by name; numbers and true or false are taken as they are written. */
    record Entries() implements ValueType {
        @Override
        public Object read(Value value) {
            Map<String, String> read = new LinkedHashMap<>();
            switch (value) {
                case Value.Entries(Map<String, Value> values) -> values.forEach((name, each) -> {
                    if (!(each instanceof Value.Scalar(Value.Kind kind, String text))) {
                        throw new Mismatch("a section whose entry " + Show.shorten(name) + " is " + each.shown(),
                                expected(), "");
                    }
                    read.put(name, text);
                });
                case Value.Scalar(Value.Kind kind, String text) when kind == Value.Kind.LOOSE ->
                    split(text).forEach(each -> {
                        String pair = ((Value.Scalar) each).text();
                        int equals = pair.indexOf('=');
                        if (equals < 1 || read.put(pair.substring(0, equals), pair.substring(equals + 1)) != null) {
                            throw new Mismatch(value.shown(), "name=value pairs with commas between, each name once",
                                    "");
                        }
                    });
                default -> throw new Mismatch(value.shown(), expected(), "");
            }
            return Collections.unmodifiableMap(read);
        }

        @Override
        public Object plain(Object value) { return value; }

        @Override
        public String expected() { return "a section of names with a text each"; }

        @Override
        public String label() { return "name=text,…"; }

        @Override
        public Map<String, Object> schema() {
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "object");
            schema.put("additionalProperties", Map.of("type", List.of("string", "number", "boolean")));
            return schema;
        }

        @Override
        public int mostWords() { return Integer.MAX_VALUE; }
    }

    private static List<Value> split(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        List<Value> parts = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            parts.add(Value.loose(part.strip()));
        }
        return parts;
    }
}
