package dev.hone.rollout;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What ends a completion before its length limit.
 *
 * @param tokens ids that end it; the id is kept as the completion's last token
 * @param strings texts that end it; the tokens that complete the text are kept, {@link Completion#text} is cut before it
 */
public record Stop(Set<Integer> tokens, List<String> strings) {

    /** Only the length limit. */
    public static final Stop NEVER = new Stop(Set.of(), List.of());

    public Stop {
        tokens = Set.copyOf(tokens);
        strings = List.copyOf(strings);
        for (int token : tokens) {
            Sampling.require(token >= 0, "a stop token", token, "a token id, 0 or more");
        }
        Sampling.require(strings.stream().noneMatch(String::isEmpty), "a stop string", "empty",
                "at least one character");
    }

    public static Stop at(int... tokens) {
        return new Stop(Arrays.stream(tokens).boxed().collect(Collectors.toSet()), List.of());
    }

    public static Stop at(Collection<Integer> tokens) { return new Stop(Set.copyOf(tokens), List.of()); }

    public Stop withStrings(String... more) { return new Stop(tokens, List.of(more)); }
}
