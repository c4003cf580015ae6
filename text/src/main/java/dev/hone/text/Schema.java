package dev.hone.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the columns of a dataset were taken for.
 *
 * @param shape the shape of the rows
 * @param fields the column for each part of the shape: {@code prompt → question}, {@code completion → answer}
 * @param unused columns that play no part
 */
public record Schema(Shape shape, Map<String, String> fields, List<String> unused) {
    public Schema {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        unused = List.copyOf(unused);
    }

    /** The column that holds a part of the shape. */
    public Optional<String> column(String part) {
        return Optional.ofNullable(fields.get(part));
    }

    /** In one line: {@code prompt + completion (prompt = question, completion = answer); not used: id}. */
    public String describe() {
        String parts = fields.entrySet().stream().map(part -> part.getKey().equals(part.getValue())
                ? part.getKey()
                : part.getKey() + " = " + part.getValue()).collect(Collectors.joining(", "));
        return shape.title() + " (" + parts + ")"
                + (unused.isEmpty() ? "" : "; not used: " + String.join(", ", unused));
    }
}
