package dev.hone.tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One weight of a model, owned: its value, whether it trains, and the gradient that backward passes have summed so far.
 * Matrices that read the same input (query, key and value; gate and up) may share one parameter, so that one product
 * serves all; the {@linkplain #slices() slices} then say which rows carry which name in a checkpoint.
 */
public final class Parameter implements AutoCloseable {
    private final List<Slice> slices;
    private final Tensor value;
    private boolean trainable = true;
    private String role = "";
    private @Nullable Tensor gradient;

    /**
     * A named part of a parameter.
     *
     * @param name the tensor's name in a checkpoint
     * @param start first row
     * @param rows how many rows
     */
    public record Slice(String name, long start, long rows) {}

    /** Takes the value over; it is closed with this parameter. */
    public Parameter(List<Slice> slices, Tensor value) {
        this.slices = List.copyOf(slices);
        this.value = Scope.release(value);
    }

    public Parameter(String name, Tensor value) {
        this(List.of(new Slice(name, 0, value.rank() == 0 ? 1 : value.size(0))), value);
    }

    /** What tells it from every other parameter of a run: its role, and its checkpoint name or the first of several. */
    public String name() {
        return role + slices.getFirst().name();
    }

    /** Says whose it is where a run has several models, such as {@code critic.}; names in files stay as they are. */
    public void role(String prefix) {
        role = prefix;
    }

    public List<Slice> slices() { return slices; }

    public Tensor value() { return value; }

    public boolean trainable() { return trainable; }

    /** Freezes or thaws; a frozen parameter collects no gradient. */
    public void trainable(boolean trains) {
        trainable = trains;
    }

    /** The rows of a slice, a view. */
    public Tensor view(Slice slice) { return part(value, slice); }

    /** The rows of a slice of another tensor of this parameter's shape (its gradient, an optimizer state). */
    public Tensor part(Tensor whole, Slice slice) {
        return slices.size() == 1 ? whole.view(whole.shape()) : whole.narrow(0, slice.start(), slice.rows());
    }

    /** The gradient summed since the last {@link #clearGradient()}; empty when no backward pass reached this parameter. */
    public Optional<Tensor> gradient() {
        return Optional.ofNullable(gradient);
    }

    /**
     * Adds to the gradient. The first contribution is kept in its own type; sums over several passes are made in float32,
     * so that accumulating micro-batches does not lose what one large batch would keep.
     */
    public void accumulate(Tensor contribution) {
        Tensor sum = gradient;
        if (sum == null) {
            gradient = Scope.release(owning(contribution));
            return;
        }
        if (sum.dtype() == DType.BFLOAT16 || sum.dtype() == DType.FLOAT16) {
            Tensor wide = Scope.release(sum.to(DType.FLOAT32));
            sum.close();
            sum = wide;
            gradient = wide;
        }
        sum.addInPlace(contribution);
    }

    /**
     * Adds rows to the gradient at int64 positions, which may repeat; summed in float32, since a frequent row sums hundreds.
     *
     * @param rows [N, …], the shape of this parameter but for the first axis
     */
    public void accumulateRows(Tensor index, Tensor rows) {
        Tensor sum = gradient;
        if (sum == null) {
            DType wide = value.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            sum = Scope.release(Tensors.zeros(wide, value.device(), value.shape()));
            gradient = sum;
        }
        if (sum.dtype() == DType.BFLOAT16 || sum.dtype() == DType.FLOAT16) {
            mergeRows(sum, index, rows);
        } else {
            sum.indexAddInPlace(0, index, rows.to(sum.dtype()));
        }
    }

    /** The touched rows are few, so they alone are widened; each is rounded once, as a gradient from one product is. */
    private static void mergeRows(Tensor sum, Tensor index, Tensor rows) {
        long[] ids = index.toLongs();
        Map<Long, Integer> places = new LinkedHashMap<>();
        int[] placeOf = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            placeOf[i] = places.computeIfAbsent(ids[i], id -> places.size());
        }
        try (Scope scope = Scope.open()) {
            Tensor touched = Tensors.of(places.keySet().stream().mapToLong(Long::longValue).toArray())
                    .to(sum.device());
            Tensor wide = sum.indexSelect(0, touched).to(DType.FLOAT32);
            wide.indexAddInPlace(0, Tensors.indices(placeOf).to(sum.device()), rows.to(DType.FLOAT32));
            sum.indexCopyInPlace(0, touched, wide.to(sum.dtype()));
        }
    }

    private static Tensor owning(Tensor contribution) {
        return contribution.raw().is_contiguous() ? contribution : contribution.contiguous();
    }

    /** Forgets the gradient. */
    public void clearGradient() {
        if (gradient != null) {
            gradient.close();
            gradient = null;
        }
    }

    @Override
    public void close() {
        clearGradient();
        value.close();
    }

    @Override
    public String toString() { return name() + Arrays.toString(value.shape()) + (trainable ? "" : " frozen"); }
}
