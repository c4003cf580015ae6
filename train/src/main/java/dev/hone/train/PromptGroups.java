package dev.hone.train;

import dev.hone.text.Dataset;
import dev.hone.text.Graded;
import dev.hone.text.Judged;
import dev.hone.text.Labelled;
import dev.hone.text.Passage;
import dev.hone.text.Sample;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Which samples belong together: those with the same prompt, and those made of one row of a file. */
final class PromptGroups {
    private final int[] first;

    private PromptGroups(int samples) { first = IntStream.range(0, samples).toArray(); }

    /** [samples] the number of the first sample of the group that each belongs to. */
    static int[] of(Dataset dataset) {
        PromptGroups groups = new PromptGroups(dataset.size());
        Map<Object, Integer> seen = new HashMap<>();
        for (int i = 0; i < dataset.size(); i++) {
            groups.join(i, seen.getOrDefault(dataset.origins().get(i), i));
            seen.putIfAbsent(dataset.origins().get(i), i);
            Optional<Passage> key = key(dataset.samples().get(i));
            if (key.isPresent()) {
                groups.join(i, seen.getOrDefault(key.get(), i));
                seen.putIfAbsent(key.get(), i);
            }
        }
        return IntStream.range(0, dataset.size()).map(groups::root).toArray();
    }

    /** The prompt; where there is none the text itself, of which there may be copies. Empty where samples stand alone. */
    static Optional<Passage> key(Sample sample) {
        if (!(sample instanceof Labelled labelled)) {
            return Optional.empty();
        }
        if (!labelled.prompt().isBlank()) {
            return Optional.of(labelled.prompt());
        }
        return switch (labelled) {
            case Graded graded -> Optional.of(graded.completion());
            case Judged judged -> Optional.of(judged.completion());
            case Labelled several -> Optional.empty();
        };
    }

    private int root(int sample) {
        int at = sample;
        while (first[at] != at) {
            first[at] = first[first[at]];
            at = first[at];
        }
        return at;
    }

    private void join(int one, int other) {
        int a = root(one);
        int b = root(other);
        first[Math.max(a, b)] = Math.min(a, b);
    }
}
