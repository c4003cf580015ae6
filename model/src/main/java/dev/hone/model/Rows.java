package dev.hone.model;

import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;

/**
 * Packed sequences on the device, as a model reads them.
 *
 * @param ids [T] int64
 * @param positions [T] int64, counted from 0 in every sequence
 * @param starts [N+1] where each sequence begins
 * @param targets [P] int64, the tokens that carry loss
 * @param predictors [P] int64, the row before each of them, whose hidden state predicts it
 * @param weights [P] float32, their factors in the loss
 */
public record Rows(Tensor ids, Tensor positions, int[] starts, Tensor targets, Tensor predictors, Tensor weights) {

    /**
     * Moves packed rows to a device; the tensors belong to the open scope.
     *
     * @throws ModelException for a token that the vocabulary lacks
     */
    public static Rows of(Packed packed, int vocabulary, Device device) {
        int[] ids = packed.ids();
        int[] positions = new int[ids.length];
        int loss = 0;
        for (int n = 0; n < packed.sequences(); n++) {
            for (int i = packed.starts()[n]; i < packed.starts()[n + 1]; i++) {
                positions[i] = i - packed.starts()[n];
                requireKnown(ids[i], vocabulary, n, positions[i]);
                loss += carriesLoss(packed, positions, i) ? 1 : 0;
            }
        }
        int[] targets = new int[loss];
        int[] predictors = new int[loss];
        float[] weights = new float[loss];
        for (int i = 0, p = 0; i < ids.length; i++) {
            if (carriesLoss(packed, positions, i)) {
                targets[p] = ids[i];
                predictors[p] = i - 1;
                weights[p++] = packed.weight()[i];
            }
        }
        return new Rows(index(ids, device), index(positions, device), packed.starts(), index(targets, device),
                index(predictors, device), Tensors.of(weights).to(device));
    }

    private static boolean carriesLoss(Packed packed, int[] positions, int token) {
        return positions[token] > 0 && packed.weight()[token] != 0;
    }

    private static void requireKnown(int id, int vocabulary, int sequence, int position) {
        if (id < 0 || id >= vocabulary) {
            throw new ModelException("token id " + id + " at position " + position + " of sequence " + sequence
                    + ": expected 0 to " + (vocabulary - 1)
                    + ", the model's vocabulary. The tokenizer does not belong to"
                    + " this model, or its embedding must be enlarged");
        }
    }

    private static Tensor index(int[] values, Device device) {
        return Scope.tidy(() -> Tensors.indices(values).to(device));
    }

    /** T. */
    public int tokens() { return starts[starts.length - 1]; }

    /** N. */
    public int sequences() { return starts.length - 1; }

    /** The longest sequence. */
    public int longest() {
        int longest = 0;
        for (int n = 0; n < sequences(); n++) {
            longest = Math.max(longest, starts[n + 1] - starts[n]);
        }
        return longest;
    }

    /** P, the tokens that carry loss. */
    public long predicted() { return targets.count(); }
}
