package dev.hone.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables of a block, and those of the blocks around it. */
final class JinjaScope {
    private final @Nullable JinjaScope outer;
    private final Map<String, Object> variables = new HashMap<>();

    private JinjaScope(@Nullable JinjaScope outer) { this.outer = outer; }

    static JinjaScope outermost(Map<String, Object> variables) {
        JinjaScope scope = new JinjaScope(null);
        scope.variables.putAll(variables);
        return scope;
    }

    JinjaScope inner() { return new JinjaScope(this); }

    void set(String name, Object value) { variables.put(name, value); }

    /** The value of a name, of the innermost block that has it; null when none has. */
    @Nullable
    Object get(String name) {
        for (JinjaScope scope = this; scope != null; scope = scope.outer) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
