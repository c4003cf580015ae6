package dev.hone.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value as it was written, before its type is known: from YAML, from a flag, or from a map of plain values. */
sealed interface Value {
    /** What a scalar may be read as: text of a command line (LOOSE) may be anything, quoted YAML is TEXT only. */
    enum Kind {
        LOOSE, TEXT, NUMBER, TRUTH
    }

    record Scalar(Kind kind, String text) implements Value {}

    record Items(List<Value> values) implements Value {}

    record Entries(Map<String, Value> values) implements Value {}

    /** YAML's null: the same as leaving the key out. */
    record Nothing() implements Value {}

    /** Something that no setting accepts. */
    record Foreign(String name) implements Value {}

    static Value loose(String text) { return new Scalar(Kind.LOOSE, text); }

    /** From what JSON readers give: null, Boolean, Number, String, List and Map. */
    static Value of(@Nullable Object plain) {
        return switch (plain) {
            case null -> new Nothing();
            case Boolean truth -> new Scalar(Kind.TRUTH, truth.toString());
            case Number number -> new Scalar(Kind.NUMBER, number.toString());
            case String text -> new Scalar(Kind.TEXT, text);
            case List<?> list -> {
                List<Value> values = new ArrayList<>();
                list.forEach(each -> values.add(of(each)));
                yield new Items(values);
            }
            case Map<?, ?> map -> {
                Map<String, Value> values = new LinkedHashMap<>();
                map.forEach((key, each) -> values.put(String.valueOf(key), of(each)));
                yield new Entries(values);
            }
            default -> new Foreign(plain.getClass().getSimpleName());
        };
    }

    /** For messages. */
    default String shown() {
        return switch (this) {
            case Scalar(Kind kind, String text) -> switch (kind) {
                case LOOSE -> Show.quoted(text);
                case TEXT -> "the text " + Show.quoted(text);
                case NUMBER, TRUTH -> Show.shorten(text);
            };
            case Items(List<Value> values) -> "a list of " + values.size();
            case Entries(Map<String, Value> values) ->
                "a section with the keys " + Show.shorten(String.join(", ", values.keySet()));
            case Nothing() -> "nothing";
            case Foreign(String name) -> Show.shorten(name);
        };
    }
}
