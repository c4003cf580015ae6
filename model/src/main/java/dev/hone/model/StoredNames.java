package dev.hone.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * How the tensors of a folder may be called beside the names that a model asks for.
 *
 * @param root a prefix that some files of the family lack
 * @param foreign name prefixes of other heads, which nobody reads here
 * @param ignored name endings of buffers that old files carry and nobody needs
 * @param older endings of names, and what old files have instead
 */
record StoredNames(String root, List<String> foreign, List<String> ignored, Map<String, String> older) {

    /** The name under which a tensor is there. */
    Optional<String> find(String name, Predicate<String> there) {
        String bare = name.startsWith(root) ? name.substring(root.length()) : name;
        return Stream.of(name, bare).flatMap(spelled -> Stream.concat(Stream.of(spelled), olderNames(spelled)))
                .filter(there).findFirst();
    }

    private Stream<String> olderNames(String name) {
        return older.entrySet().stream().filter(entry -> name.endsWith(entry.getKey()))
                .map(entry -> name.substring(0, name.length() - entry.getKey().length()) + entry.getValue());
    }

    /** Whether a tensor may lie there unread. */
    boolean mayStay(String name) {
        return foreign.stream().anyMatch(name::startsWith) || ignored.stream().anyMatch(name::endsWith);
    }
}
