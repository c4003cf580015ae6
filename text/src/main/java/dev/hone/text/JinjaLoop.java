package dev.hone.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}; elements are fetched only as far as somebody asks, so that a filter sees what the body did. */
final class JinjaLoop implements Iterator<Object> {
    private final Iterator<Object> source;
    private final Deque<Object> ahead = new ArrayDeque<>();
    private long index0 = -1;
    private Object previous = new JinjaValue.Undefined("there is no previous item");
    private Object current = previous;
    private List<Object> lastChecked = List.of();

    JinjaLoop(Iterator<Object> source) { this.source = source; }

    @Override
    public boolean hasNext() { return !ahead.isEmpty() || source.hasNext(); }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        previous = index0 < 0 ? previous : current;
        current = ahead.isEmpty() ? source.next() : ahead.remove();
        index0++;
        return current;
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index0 + 1;
            case "index0" -> index0;
            case "first" -> index0 == 0;
            case "last" -> !hasNext();
            case "length" -> length();
            case "revindex" -> length() - index0;
            case "revindex0" -> length() - index0 - 1;
            // counts recursive loops only, also in Jinja
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> previous;
            case "nextitem" -> nextItem();
            case "cycle" -> new JinjaValue.HostFunction("cycle", (run, arguments) -> cycle(arguments.positional()));
            case "changed" ->
                new JinjaValue.HostFunction("changed", (run, arguments) -> changed(run, arguments.positional()));
            default -> null;
        };
    }

    private long length() {
        source.forEachRemaining(ahead::add);
        return index0 + 1 + ahead.size();
    }

    private Object nextItem() {
        if (!hasNext()) {
            return new JinjaValue.Undefined("there is no next item");
        }
        if (ahead.isEmpty()) {
            ahead.add(source.next());
        }
        return ahead.element();
    }

    private Object cycle(List<Object> values) {
        if (values.isEmpty()) {
            throw new JinjaError("no items for cycling given");
        }
        return values.get((int) (index0 % values.size()));
    }

    private Object changed(JinjaRun run, List<Object> values) {
        boolean changed = lastChecked.isEmpty() || !run.operators().same(lastChecked, values);
        lastChecked = values.isEmpty() ? List.of() : values;
        return changed;
    }
}
