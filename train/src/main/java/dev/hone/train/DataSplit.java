package dev.hone.train;

import dev.hone.text.DataException;
import dev.hone.text.Dataset;
import dev.hone.text.ReadOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Samples to learn from and samples held out: the files of {@code eval_data}, or the last {@code eval_split} of the data.
 *
 * @param training to learn from
 * @param evaluation held out; empty where nothing is
 */
record DataSplit(Dataset training, Optional<Dataset> evaluation) {

    /** The last samples are held out. */
    static DataSplit byRow(DataSettings settings, ReadOptions options) {
        Dataset whole = Dataset.read(settings.data(), options);
        boolean[] out = new boolean[whole.size()];
        Arrays.fill(out, whole.size() - held(settings, whole.size()), whole.size(), true);
        return of(whole, out, settings, options);
    }

    /**
     * The last samples are held out, but those of one prompt, or of one row of a file, stay on one side: an answer to a prompt
     * that was learned from is not new. Where a prompt has more samples than are wanted, an earlier one is held out.
     */
    static DataSplit byPrompt(DataSettings settings, ReadOptions options) {
        Dataset whole = Dataset.read(settings.data(), options);
        int held = held(settings, whole.size());
        return of(whole, held == 0 ? new boolean[whole.size()] : groupsOut(whole, held, settings), settings, options);
    }

    private static boolean[] groupsOut(Dataset whole, int held, DataSettings settings) {
        int[] groups = PromptGroups.of(whole);
        int[] sizes = new int[whole.size()];
        Arrays.stream(groups).forEach(group -> sizes[group]++);
        boolean[] chosen = new boolean[sizes.length];
        int taken = 0;
        for (int group = sizes.length - 1; group >= 0; group--) {
            chosen[group] = sizes[group] > 0 && taken + sizes[group] <= held;
            taken += chosen[group] ? sizes[group] : 0;
        }
        if (taken == 0) {
            int smallest = IntStream.range(0, sizes.length).filter(group -> sizes[group] > 0)
                    .reduce((a, b) -> sizes[b] <= sizes[a] ? b : a).orElseThrow();
            if (sizes[smallest] == whole.size()) {
                throw new DataException("eval_split " + settings.evalSplit() + " of " + whole.size()
                        + " rows that all have one prompt: expected several prompts, since rows of one prompt are not parted;"
                        + " give other rows in eval_data");
            }
            chosen[smallest] = true;
        }
        boolean[] out = new boolean[groups.length];
        IntStream.range(0, groups.length).forEach(i -> out[i] = chosen[groups[i]]);
        return out;
    }

    private static int held(DataSettings settings, int rows) {
        int held = (int) Math.round(rows * settings.evalSplit());
        if (held == rows || (held == 0 && settings.evalSplit() > 0)) {
            throw new DataException("eval_split " + settings.evalSplit() + " of " + rows + " rows leaves "
                    + (held == 0 ? "none to evaluate" : "none to train on") + ": choose another share");
        }
        return held;
    }

    private static DataSplit of(Dataset whole, boolean[] out, DataSettings settings, ReadOptions options) {
        if (!settings.evalData().isEmpty()) {
            return new DataSplit(whole, Optional.of(Dataset.read(settings.evalData(), options)));
        }
        List<Integer> held = IntStream.range(0, out.length).filter(i -> out[i]).boxed().toList();
        List<Integer> kept = IntStream.range(0, out.length).filter(i -> !out[i]).boxed().toList();
        return new DataSplit(part(whole, kept), held.isEmpty() ? Optional.empty() : Optional.of(part(whole, held)));
    }

    private static Dataset part(Dataset whole, List<Integer> rows) {
        return new Dataset(rows.stream().map(whole.samples()::get).toList(),
                rows.stream().map(whole.origins()::get).toList(), whole.schema(), whole.skipped());
    }
}
