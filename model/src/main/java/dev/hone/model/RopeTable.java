package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cosines and sines of rotary positions, kept per model and grown when a longer sequence comes. */
final class RopeTable implements AutoCloseable {
    private final RopeSpec spec;
    private final DType dtype;
    private final Device device;
    private Optional<Turn> table = Optional.empty();

    RopeTable(RopeSpec spec, DType dtype, Device device) {
        this.spec = spec;
        this.dtype = dtype;
        this.device = device;
    }

    /**
     * The angles of packed rows.
     *
     * @throws IllegalArgumentException for branches longer than the window of angles that depend on the length
     */
    Turn of(Rows rows) {
        if (!spec.dependsOnLength(rows.longest())) {
            return at(rows.positions(), rows.longest());
        }
        rows.requireSeparate("the angles of this model's rotary positions depend on the length of the whole sequence");
        List<Tensor> cos = new ArrayList<>();
        List<Tensor> sin = new ArrayList<>();
        for (int n = 0; n < rows.sequences(); n++) {
            int own = rows.starts()[n + 1] - rows.starts()[n];
            int length = rows.before() + own;
            float[][] both = compute(length, length);
            cos.add(tensor(both[0], length).narrow(0, rows.before(), own));
            sin.add(tensor(both[1], length).narrow(0, rows.before(), own));
        }
        return new Turn(Tensors.cat(cos, 0), Tensors.cat(sin, 0));
    }

    /**
     * The angles of the newest token of sequences, one row each.
     *
     * @param positions where it stands, so that a sequence is one longer
     */
    Turn newest(int[] positions) {
        int longest = java.util.Arrays.stream(positions).max().orElse(0) + 1;
        if (!spec.dependsOnLength(longest)) {
            return at(Tensors.indices(positions).to(device), longest);
        }
        int half = spec.headSize() / 2;
        float[][] both = new float[2][positions.length * half];
        for (int n = 0; n < positions.length; n++) {
            row(both, n * half, positions[n], spec.frequencies(positions[n] + 1));
        }
        return new Turn(tensor(both[0], positions.length), tensor(both[1], positions.length));
    }

    /** Makes the table long enough for sequences of this length: afterwards threads may ask for their angles at once. */
    void reserve(int length) {
        known(length);
    }

    private Turn known(int end) {
        return table.filter(angles -> angles.cosines().size(0) >= end).orElseGet(() -> grow(Math.max(end, 256)));
    }

    /** The angles of int64 positions, all below {@code end}. */
    private Turn at(Tensor positions, int end) {
        Turn known = known(end);
        return new Turn(known.cosines().indexSelect(0, positions), known.sines().indexSelect(0, positions));
    }

    private Turn grow(int positions) {
        int rows = Integer.highestOneBit(positions - 1) * 2;
        float[][] both = compute(rows, 0);
        close();
        Turn grown = new Turn(Scope.release(tensor(both[0], rows)), Scope.release(tensor(both[1], rows)));
        table = Optional.of(grown);
        return grown;
    }

    private Tensor tensor(float[] values, int rows) {
        return Scope.tidy(() -> Tensors.of(values, rows, spec.headSize() / 2).to(dtype).to(device));
    }

    private float[][] compute(int rows, int length) {
        double[] frequencies = spec.frequencies(length);
        float[][] both = new float[2][rows * frequencies.length];
        for (int position = 0; position < rows; position++) {
            row(both, position * frequencies.length, position, frequencies);
        }
        return both;
    }

    private static void row(float[][] both, int offset, int position, double[] frequencies) {
        for (int i = 0; i < frequencies.length; i++) {
            // the angle in float32, as the checkpoints were trained
            float angle = (float) position * (float) frequencies[i];
            both[0][offset + i] = (float) Math.cos(angle);
            both[1][offset + i] = (float) Math.sin(angle);
        }
    }

    @Override
    public void close() {
        table.ifPresent(angles -> {
            angles.cosines().close();
            angles.sines().close();
        });
    }
}
