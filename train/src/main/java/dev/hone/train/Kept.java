package dev.hone.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what a checkpoint kept as JSON. */
record Kept(Map<?, ?> values) {

    /** @throws CheckpointException for anything but a map */
    static Kept of(Object value) {
        if (value instanceof Map<?, ?> map) {
            return new Kept(map);
        }
        throw missing("a map");
    }

    boolean has(String name) { return values.containsKey(name); }

    Kept map(String name) { return of(required(name)); }

    List<?> list(String name) {
        if (required(name) instanceof List<?> list) {
            return list;
        }
        throw missing("a list as " + name);
    }

    List<Kept> maps(String name) { return list(name).stream().map(Kept::of).toList(); }

    String text(String name) { return String.valueOf(required(name)); }

    double number(String name) { return number(required(name)); }

    int[] ints(String name) { return list(name).stream().mapToInt(value -> (int) number(value)).toArray(); }

    float[] floats(String name) { return floats(list(name)); }

    static float[] floats(List<?> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) number(values.get(i));
        }
        return floats;
    }

    /** Each value by its name as text. */
    Map<String, Object> named() {
        Map<String, Object> named = new LinkedHashMap<>();
        values.forEach((name, value) -> named.put(String.valueOf(name), value));
        return named;
    }

    /** JSON has NaN and infinities as texts. */
    static double number(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        try {
            return Double.parseDouble(String.valueOf(value));
        } catch (NumberFormatException e) {
            throw missing("a number");
        }
    }

    private Object required(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw missing(name);
        }
        return value;
    }

    private static CheckpointException missing(String what) {
        return CheckpointException.of("state without it", what, "the checkpoint's state.json",
                "It was written by another version or another kind of run: resume it with that one.");
    }
}
