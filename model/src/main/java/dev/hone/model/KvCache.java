package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of sequences that are being continued, owned, of fixed capacity and written in place: one slot per
 * sequence, {@code [slots, Hkv, capacity, K]} per layer.
 */
public final class KvCache implements AutoCloseable {
    private final ModelSpec spec;
    private final int capacity;
    private final DType dtype;
    private final Device device;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private int[] lengths;

    /** Room for {@code slots} sequences of up to {@code capacity} tokens. */
    KvCache(ModelSpec spec, int slots, int capacity, DType dtype, Device device) {
        this.spec = spec;
        this.capacity = capacity;
        this.dtype = dtype;
        this.device = device;
        this.lengths = new int[slots];
        for (int layer = 0; layer < spec.size().layers(); layer++) {
            keys.add(room(slots));
            values.add(room(slots));
        }
    }

    private Tensor room(int slots) {
        ModelSpec.Attention attention = spec.attention();
        return Scope
                .owned(() -> Tensors.zeros(dtype, device, slots, attention.keyHeads(), capacity, attention.headSize()));
    }

    public int slots() { return lengths.length; }

    public int capacity() { return capacity; }

    /** Tokens held by a slot. */
    public int length(int slot) { return lengths[slot]; }

    int longest() {
        int longest = 0;
        for (int length : lengths) {
            longest = Math.max(longest, length);
        }
        return longest;
    }

    /** Writes the prompts: packed sequence n goes to slot n. Call {@link #prefilled} after the last layer. */
    void fill(int layer, Tensor packedKeys, Tensor packedValues, int[] starts) {
        for (int slot = 0; slot < starts.length - 1; slot++) {
            int length = starts[slot + 1] - starts[slot];
            try (Scope scope = Scope.open()) {
                place(keys.get(layer), slot, length).copyFrom(packedKeys.narrow(1, starts[slot], length));
                place(values.get(layer), slot, length).copyFrom(packedValues.narrow(1, starts[slot], length));
            }
        }
    }

    void prefilled(int[] starts) {
        for (int slot = 0; slot < starts.length - 1; slot++) {
            lengths[slot] = starts[slot + 1] - starts[slot];
            requireRoom(slot);
        }
    }

    private static Tensor place(Tensor room, int slot, int length) { return room.select(0, slot).narrow(1, 0, length); }

    private void requireRoom(int slot) {
        if (lengths[slot] > capacity) {
            throw new IllegalStateException(
                    "slot " + slot + " holds " + lengths[slot] + " tokens, the cache has room for "
                            + capacity);
        }
    }

    /** Counts one more token in every slot; its keys and values are then written layer by layer. */
    void advance() {
        for (int slot = 0; slot < lengths.length; slot++) {
            lengths[slot]++;
            requireRoom(slot);
        }
    }

    /** Int64 rows of the newest token of every slot and head, in a layer seen as [slots·Hkv·capacity, K]. */
    Tensor newestRows() {
        int heads = spec.attention().keyHeads();
        long[] rows = new long[lengths.length * heads];
        for (int slot = 0, i = 0; slot < lengths.length; slot++) {
            for (int head = 0; head < heads; head++) {
                rows[i++] = ((long) slot * heads + head) * capacity + lengths[slot] - 1;
            }
        }
        return Tensors.of(rows).to(device);
    }

    /** Writes the newest token of every slot; rows as {@link #newestRows}, keys and values [slots·Hkv, K]. */
    void append(int layer, Tensor rows, Tensor newKeys, Tensor newValues) {
        flat(keys.get(layer)).indexCopyInPlace(0, rows, newKeys);
        flat(values.get(layer)).indexCopyInPlace(0, rows, newValues);
    }

    private Tensor flat(Tensor room) { return room.view(-1, spec.attention().headSize()); }

    /** The first {@code length} keys of every slot, [slots·Hkv, length, K]. */
    Tensor keys(int layer, int length) {
        return head(keys.get(layer), length);
    }

    Tensor values(int layer, int length) { return head(values.get(layer), length); }

    private Tensor head(Tensor room, int length) {
        return room.narrow(2, 0, length).view((long) slots() * spec.attention().keyHeads(), length,
                spec.attention().headSize());
    }

    /** Keeps only the given slots, in the given order; the others' memory goes. */
    public void retain(int[] slots) {
        try (Scope scope = Scope.open()) {
            Tensor index = Tensors.indices(slots).to(device);
            for (List<Tensor> rooms : List.of(keys, values)) {
                for (int layer = 0; layer < rooms.size(); layer++) {
                    Tensor kept = Scope.release(rooms.get(layer).indexSelect(0, index));
                    rooms.get(layer).close();
                    rooms.set(layer, kept);
                }
            }
        }
        int[] old = lengths;
        lengths = java.util.Arrays.stream(slots).map(slot -> old[slot]).toArray();
    }

    @Override
    public void close() {
        keys.forEach(Tensor::close);
        values.forEach(Tensor::close);
    }
}
