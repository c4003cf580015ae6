package dev.hone.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The type of a setting: how it is read, written, described and checked. */
sealed interface ValueType
        permits NumberType, ScalarTypes.Truth, ScalarTypes.Text, ScalarTypes.File, ScalarTypes.Choice, ManyTypes.Items,
        ManyTypes.Entries {
    /**
     * The value as this type.
     *
     * @throws Mismatch if the value is not of this type, or out of range
     */
    Object read(Value value);

    /** What {@link #read} restores the value from: Boolean, Integer, Long, Double, String, List or Map. */
    Object plain(Object value);

    /** Completes "expected …". */
    String expected();

    /** One word for help and tables. */
    String label();

    /** JSON schema keywords. */
    Map<String, Object> schema();

    /** How many words of a command line belong to one flag of this type. */
    default int mostWords() { return 1; }

    /**
     * The type of a record component, or of what is inside its Optional.
     *
     * @throws IllegalArgumentException for a type that cannot be a setting
     */
    static ValueType of(Type type, Range range) {
        if (type instanceof ParameterizedType generic) {
            Type first = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == List.class) {
                return new ManyTypes.Items(scalar(first, range));
            }
            if (generic.getRawType() == Map.class && first == String.class
                    && generic.getActualTypeArguments()[1] == String.class) {
                return withoutRange(new ManyTypes.Entries(), range);
            }
        }
        return scalar(type, range);
    }

    private static ValueType scalar(Type type, Range range) {
        if (type == int.class || type == Integer.class) {
            return new NumberType(Integer.class, range);
        } else if (type == long.class || type == Long.class) {
            return new NumberType(Long.class, range);
        } else if (type == double.class || type == Double.class) {
            return new NumberType(Double.class, range);
        }
        return withoutRange(notANumber(type), range);
    }

    private static ValueType notANumber(Type type) {
        if (type == boolean.class || type == Boolean.class) {
            return new ScalarTypes.Truth();
        } else if (type == String.class) {
            return new ScalarTypes.Text();
        } else if (type == Path.class) {
            return new ScalarTypes.File();
        } else if (type instanceof Class<?> choice && choice.isEnum()) {
            return ScalarTypes.Choice.of(choice);
        }
        throw new IllegalArgumentException(
                "the type " + type.getTypeName() + ": expected int, long, double, boolean, String, "
                        + "Path, an enum, a List of these, Map<String, String>, or Optional of one of these");
    }

    private static ValueType withoutRange(ValueType type, Range range) {
        if (!range.unbounded()) {
            throw new IllegalArgumentException("a range on " + type.expected() + ": expected a range on numbers only");
        }
        return type;
    }
}
