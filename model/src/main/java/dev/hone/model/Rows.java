package dev.hone.model;

import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.text.Packed;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Packed sequences on the device, as a model reads them.
 *
 * @param ids [T] int64
 * @param positions [T] int64, counted from 0 in every sequence
 * @param starts [N+1] where each sequence begins
 * @param targets [P] int64, the tokens that carry loss
 * @param predictors [P] int64, the row before each of them, whose hidden state predicts it
 * @param weights [P] float32, their factors in the loss; 0 for what only fills up a shape
 * @param given how many of the sequences were given, the first ones; what follows only fills up a shape
 */
public record Rows(Tensor ids, Tensor positions, int[] starts, Tensor targets, Tensor predictors, Tensor weights,
        int given) {
    private static final int ROUNDING = 64;

    /**
     * Moves packed rows to a device; the tensors belong to the open scope.
     *
     * @throws ModelException for a token that the vocabulary lacks
     */
    public static Rows of(Packed packed, int vocabulary, Device device) {
        return build(packed, packed.sequences(), new Shape(vocabulary, device, 1));
    }

    /**
     * As {@link #of}, filled up with a sequence of token 0 and with targets of weight 0 so that T and P are multiples of 64:
     * batches of any length then share a few shapes, and oneDNN builds its kernels once. Results are those of {@link #of}.
     */
    public static Rows rounded(Packed packed, int vocabulary, Device device) {
        return build(filled(packed), packed.sequences(), new Shape(vocabulary, device, ROUNDING));
    }

    private static Packed filled(Packed packed) {
        int tokens = packed.tokens();
        int whole = roundUp(tokens, ROUNDING);
        if (whole == tokens) {
            return packed;
        }
        int[] starts = Arrays.copyOf(packed.starts(), packed.starts().length + 1);
        starts[starts.length - 1] = whole;
        return new Packed(Arrays.copyOf(packed.ids(), whole), starts, Arrays.copyOf(packed.weight(), whole));
    }

    private static int roundUp(int count, int multiple) { return (count + multiple - 1) / multiple * multiple; }

    private record Shape(int vocabulary, Device device, int multiple) {}

    private static Rows build(Packed packed, int given, Shape shape) {
        Device device = shape.device;
        int[] ids = packed.ids();
        int[] positions = positions(packed);
        requireKnown(ids, positions, shape.vocabulary);
        int[] learned = IntStream.range(0, ids.length).filter(i -> carriesLoss(packed, positions, i)).toArray();
        int[] fillers = fillers(packed, positions, roundUp(learned.length, shape.multiple) - learned.length);
        int count = learned.length + fillers.length;
        int[] targets = new int[count];
        int[] predictors = new int[count];
        float[] weights = new float[count];
        for (int p = 0; p < count; p++) {
            boolean real = p < learned.length;
            predictors[p] = real ? learned[p] - 1 : fillers[p - learned.length];
            targets[p] = real ? ids[learned[p]] : 0;
            weights[p] = real ? packed.weight()[learned[p]] : 0;
        }
        return new Rows(index(ids, device), index(positions, device), packed.starts(), index(targets, device),
                index(predictors, device), Scope.tidy(() -> Tensors.of(weights).to(device)), given);
    }

    private static int[] positions(Packed packed) {
        int[] positions = new int[packed.tokens()];
        for (int n = 0; n < packed.sequences(); n++) {
            for (int i = packed.starts()[n]; i < packed.starts()[n + 1]; i++) {
                positions[i] = i - packed.starts()[n];
            }
        }
        return positions;
    }

    private static boolean carriesLoss(Packed packed, int[] positions, int token) {
        return positions[token] > 0 && packed.weight()[token] != 0;
    }

    /** Rows that predict nothing, to fill up the predictors; fewer than wanted when there are fewer. */
    private static int[] fillers(Packed packed, int[] positions, int wanted) {
        int last = packed.tokens() - 1;
        return IntStream.rangeClosed(0, last).filter(i -> i == last || !carriesLoss(packed, positions, i + 1))
                .limit(wanted)
                .toArray();
    }

    private static void requireKnown(int[] ids, int[] positions, int vocabulary) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary) {
                throw new ModelException(
                        "token id " + ids[i] + " at position " + positions[i] + " of a sequence: expected 0 to "
                                + (vocabulary - 1)
                                + ", the model's vocabulary. The tokenizer does not belong to this model, or its"
                                + " embedding must be enlarged");
            }
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

    /** P, the tokens that carry loss, and what fills them up. */
    public long predicted() { return targets.count(); }
}
