package dev.hone.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One key: what a record component and its {@link Setting} say together.
 *
 * @param name in snake_case
 * @param optional whether the component is an Optional of {@code type}
 */
record KeySpec(String name, ValueType type, boolean optional, Setting setting, RecordComponent component) {
    static KeySpec of(RecordComponent component) {
        String place = component.getDeclaringRecord().getSimpleName() + "." + component.getName();
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null || setting.doc().isBlank()) {
            throw new IllegalArgumentException(place + " has no @Setting with a doc: expected one on every component");
        }
        try {
            Type type = component.getGenericType();
            boolean optional = type instanceof ParameterizedType generic && generic.getRawType() == Optional.class;
            Type inner = optional ? ((ParameterizedType) type).getActualTypeArguments()[0] : type;
            KeySpec key = new KeySpec(Names.snake(component.getName()), ValueType.of(inner, Range.of(setting)),
                    optional, setting,
                    component);
            key.checkDefault();
            return key;
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(place + " has " + wrong.getMessage(), wrong);
        }
    }

    private void checkDefault() {
        if (((optional || required()) && !setting.value().isEmpty()) || (optional && required())) {
            throw new IllegalArgumentException(
                    "too much said: expected only one of a default, required, or an Optional type");
        }
        try {
            fallback();
        } catch (Mismatch wrong) {
            throw new IllegalArgumentException(
                    "the default " + Show.quoted(setting.value()) + ": expected " + wrong.expected(), wrong);
        }
    }

    boolean required() { return setting.required(); }

    List<String> aliases() { return List.of(setting.aliases()); }

    /** The component's value where the user gives none; empty for a required key. */
    Optional<Object> fallback() {
        if (required()) {
            return Optional.empty();
        }
        return Optional.of(optional ? Optional.empty() : type.read(Value.loose(setting.value())));
    }

    /** The component's value. @throws Mismatch if it does not fit, with advice */
    Object read(Value value) {
        try {
            if (required() && value instanceof Value.Scalar scalar && scalar.text().isBlank()) {
                throw new Mismatch("an empty text", type.expected() + " that is not empty", "");
            }
            Object read = type.read(value);
            return optional ? Optional.of(read) : read;
        } catch (Mismatch wrong) {
            throw wrong.advice().isEmpty() ? new Mismatch(wrong.found(), wrong.expected(), advice(wrong)) : wrong;
        }
    }

    private String advice(Mismatch wrong) {
        String give = "Give " + wrong.expected();
        return required()
                ? give + "."
                : give + ", or leave it out" + (optional ? "." : " for the default, " + defaultText() + ".");
    }

    /** The default as a user would write it; empty for required and Optional. */
    String defaultText() {
        return setting.value().isEmpty() && !required() && !optional ? "empty" : setting.value();
    }

    /** The plain form of a record's value for this key; empty where an Optional is. */
    Optional<Object> plain(Record record) {
        Object value = Records.component(record, component);
        Optional<?> present = value instanceof Optional<?> maybe ? maybe : Optional.of(value);
        return present.map(each -> type.plain(Objects.requireNonNull(each)));
    }

    /** The doc, as a sentence, and what is accepted where the type does not say it. */
    String sentence() {
        String doc = setting.doc().strip();
        String ended = doc.endsWith(".") || doc.endsWith("?") || doc.endsWith(")") ? doc : doc + ".";
        ValueType scalar = type instanceof ManyTypes.Items list ? list.element() : type;
        return switch (scalar) {
            case ScalarTypes.Choice choice -> ended + " One of " + choice.expected() + ".";
            case NumberType number when !number.range().unbounded() -> ended + " " + capital(number.expected()) + ".";
            default -> ended;
        };
    }

    private static String capital(String text) { return Character.toUpperCase(text.charAt(0)) + text.substring(1); }

    /** Keys are equal by name: a reader never has two of one name. */
    @Override
    public boolean equals(Object other) { return other instanceof KeySpec key && key.name.equals(name); }

    @Override
    public int hashCode() { return name.hashCode(); }
}
