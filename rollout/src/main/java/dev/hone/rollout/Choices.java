package dev.hone.rollout;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The completion is one of given token sequences. Each token is drawn among those that some sequence continues with. Where end
 * tokens are given, one of them follows a sequence, so that the policy decides between a sequence and a longer one that begins
 * like it; without end tokens the completion is complete with its last token.
 */
public final class Choices implements Constraint {
    private final Node root = new Node();
    private final Set<Integer> ends;

    /** What has been read of a sequence. */
    private static final class Node {
        private final Map<Integer, Node> next = new HashMap<>();
        private boolean whole;
    }

    /**
     * @param sequences what may be written, in tokens and without an end token
     * @param ends tokens that end a completion, possibly none
     */
    public Choices(Collection<int[]> sequences, Set<Integer> ends) {
        Sampling.require(!sequences.isEmpty(), "the list of choices", "empty", "at least one");
        this.ends = Set.copyOf(ends);
        sequences.forEach(this::add);
        if (ends.isEmpty()) {
            sequences.forEach(this::requireNoLonger);
        }
    }

    private void add(int[] sequence) {
        Sampling.require(sequence.length > 0, "a choice", "empty", "at least one token");
        Node node = root;
        for (int id : sequence) {
            Sampling.require(id >= 0 && !ends.contains(id), "a token of a choice", id, "a token id, not an end token");
            node = node.next.computeIfAbsent(id, key -> new Node());
        }
        node.whole = true;
    }

    private void requireNoLonger(int[] sequence) {
        Sampling.require(at(sequence).next.isEmpty(), "a choice of " + sequence.length + " tokens",
                "the beginning of a longer one",
                "an end token to tell them apart, or choices that do not begin like each other");
    }

    /** The longest choice in tokens, with its end token where there is one. */
    public int longest() {
        return depth(root) + (ends.isEmpty() ? 0 : 1);
    }

    private static int depth(Node node) {
        return node.next.values().stream().mapToInt(each -> 1 + depth(each)).max().orElse(0);
    }

    private Node at(int[] ids) {
        Node node = root;
        for (int id : ids) {
            Node next = node.next.get(id);
            if (next == null) {
                throw new IllegalArgumentException("token " + id + " continues none of the choices");
            }
            node = next;
        }
        return node;
    }

    @Override
    public TokenSet allowed(Written written) {
        Node node = at(written.ids());
        Stream<Integer> ended = node.whole ? ends.stream() : Stream.of();
        return TokenSet.of(IntStream.concat(node.next.keySet().stream().mapToInt(Integer::intValue),
                ended.mapToInt(Integer::intValue)).toArray());
    }

    @Override
    public boolean complete(Written written) { return ends.isEmpty() && at(written.ids()).whole; }

    /** Sequences without end tokens. */
    public static Choices of(List<int[]> sequences) {
        return new Choices(sequences, Set.of());
    }
}
