package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keys and values of sequences that are being continued, owned and written in place. Sequences stand in slots 0 to
 * {@link #live()} - 1: {@link Decoder#prefill} and {@link #repeat} add slots behind the live ones, {@link #remove} moves the
 * last live slot into the gap, so that a decode step never computes a finished sequence.
 *
 * <p>Per layer one tensor [2, slots, Hkv, room, K], keys before values. Its {@code room} grows with the longest sequence, in
 * steps: products over a part of a wider room are two to four times slower than over a whole one, and every new shape costs
 * oneDNN a new kernel (about 1.5 ms each), so lengths and batch sizes are rounded up to few values.
 */
public final class KvCache implements AutoCloseable {
    private static final int ROOM_STEP = 64;

    private final ModelSpec.Attention spec;
    private final int capacity;
    private final DType dtype;
    private final Device device;
    private final List<Tensor> rooms = new ArrayList<>();
    private final int[] lengths;
    private int live;
    private int room = ROOM_STEP;
    private int prefillSlot;

    /** Room for {@code slots} sequences of up to {@code capacity} tokens. */
    KvCache(ModelSpec model, int slots, int capacity, DType dtype, Device device) {
        this.spec = model.attention();
        this.capacity = capacity;
        this.dtype = dtype;
        this.device = device;
        this.lengths = new int[slots];
        for (int layer = 0; layer < model.size().layers(); layer++) {
            rooms.add(Scope.owned(this::emptyRoom));
        }
    }

    /** The largest size one slot can grow to, in bytes. */
    static long slotBytes(ModelSpec model, int capacity, DType dtype) {
        return 2L * model.size().layers() * model.attention().keyHeads() * model.attention().headSize()
                * roundUp(capacity, ROOM_STEP) * dtype.bytes();
    }

    private Tensor emptyRoom() {
        return Tensors.zeros(dtype, device, 2, slots(), spec.keyHeads(), room, spec.headSize());
    }

    private static int roundUp(int value, int step) { return Math.ceilDiv(value, step) * step; }

    public int slots() { return lengths.length; }

    /** The longest sequence a slot may hold. */
    public int capacity() { return capacity; }

    /** How many slots hold a sequence; they are the first ones. */
    public int live() { return live; }

    /** Tokens held by a live slot. */
    public int length(int slot) {
        requireLive(slot);
        return lengths[slot];
    }

    /** Rows that a decode step computes: the live slots and, to keep batch sizes few, some idle ones behind them. */
    int batch() {
        int power = Integer.highestOneBit(Math.max(1, live - 1)) * 2;
        int wanted = live == 1 ? 1 : live > 4 && live <= power * 3 / 4 ? power * 3 / 4 : power;
        return Math.min(wanted, slots());
    }

    /** Tokens of a row of the batch; 1 for an idle one, which attends to nothing but its own. */
    int batchLength(int row) {
        return row < live ? lengths[row] : 1;
    }

    int room() { return room; }

    DType dtype() { return dtype; }

    Device device() { return device; }

    /** Adds live slots for prompts; {@link #fill} then writes their keys and values layer by layer. */
    void beginPrefill(int[] starts) {
        int prompts = starts.length - 1;
        requireFree(prompts);
        prefillSlot = live;
        for (int n = 0; n < prompts; n++) {
            lengths[live + n] = starts[n + 1] - starts[n];
            requireCapacity(lengths[live + n]);
        }
        live += prompts;
        makeRoom();
    }

    /** Writes a prompt of {@link #beginPrefill}: the first rows of its keys and values. Several threads may fill several. */
    void fill(int layer, int prompt, Heads heads, int length) {
        Tensor slot = rooms.get(layer).select(1, prefillSlot + prompt).narrow(2, 0, length); // [2, Hkv, length, K]
        slot.select(0, 0).copyFrom(heads.keys().narrow(1, 0, length));
        slot.select(0, 1).copyFrom(heads.values().narrow(1, 0, length));
    }

    /** Counts one more token in every live slot; its keys and values are then written layer by layer. */
    void advance() {
        for (int slot = 0; slot < live; slot++) {
            requireCapacity(lengths[slot] + 1);
            lengths[slot]++;
        }
        makeRoom();
    }

    private void makeRoom() {
        int longest = Arrays.stream(lengths, 0, live).max().orElse(1);
        if (longest <= room) {
            return;
        }
        int before = room;
        room = roundUp(longest, ROOM_STEP);
        for (int layer = 0; layer < rooms.size(); layer++) {
            try (Scope scope = Scope.open(); Tensor old = rooms.get(layer)) {
                Tensor wider = emptyRoom();
                wider.narrow(3, 0, before).copyFrom(old);
                rooms.set(layer, Scope.release(wider));
            }
        }
    }

    /** Int64 rows of the newest token of every batch row, keys and values, in a layer seen as [2·slots·Hkv·room, K]. */
    Tensor newestRows() {
        int heads = spec.keyHeads();
        long[] rows = new long[batch() * 2 * heads];
        for (int slot = 0, i = 0; slot < batch(); slot++) {
            for (int half = 0; half < 2; half++) {
                for (int head = 0; head < heads; head++) {
                    rows[i++] = (((long) half * slots() + slot) * heads + head) * room + batchLength(slot) - 1;
                }
            }
        }
        return Tensors.of(rows).to(device);
    }

    /** Writes the newest token of every batch row; rows as {@link #newestRows}, keys and values [batch·2·Hkv, K]. */
    void append(int layer, Tensor rows, Tensor keysAndValues) {
        rooms.get(layer).view(-1, spec.headSize()).indexCopyInPlace(0, rows, keysAndValues);
    }

    /** All keys of the batch, [batch·Hkv, room, K]. */
    Tensor keys(int layer) { return half(layer, 0); }

    /** All values of the batch, [batch·Hkv, room, K]. */
    Tensor values(int layer) { return half(layer, 1); }

    private Tensor half(int layer, int which) {
        return rooms.get(layer).select(0, which).narrow(0, 0, batch()).view((long) batch() * spec.keyHeads(), room,
                spec.headSize());
    }

    /**
     * Adds live slots that begin like another one, for several samples of one prompt.
     *
     * @param slot the live slot to copy from
     * @param length how many of its tokens
     * @param copies how many slots to add
     */
    public void repeat(int slot, int length, int copies) {
        if (length < 1 || length > length(slot)) {
            throw new IllegalArgumentException(
                    "repeat of " + length + " tokens: expected 1 to " + lengths[slot] + ", the tokens of slot " + slot);
        }
        requireFree(copies);
        if (copies > 0) {
            copy(slot, live, copies, length);
            live += copies;
        }
    }

    /** Forgets a live slot; the last live slot takes its number. */
    public void remove(int slot) {
        requireLive(slot);
        int last = live - 1;
        if (slot != last) {
            copy(last, slot, 1, lengths[last]);
        }
        live = last;
    }

    private void copy(int from, int to, int count, int length) {
        for (Tensor layer : rooms) {
            try (Scope scope = Scope.open()) {
                Tensor used = layer.narrow(3, 0, length);
                used.narrow(1, to, count).copyFrom(used.narrow(1, from, 1));
            }
        }
        Arrays.fill(lengths, to, to + count, length);
    }

    private void requireLive(int slot) {
        if (slot < 0 || slot >= live) {
            throw new IllegalArgumentException("slot " + slot + ": expected 0 to " + (live - 1) + ", the live slots");
        }
    }

    private void requireFree(int wanted) {
        if (wanted < 0 || live + wanted > slots()) {
            throw new IllegalArgumentException(wanted + " more sequences in a cache with " + (slots() - live)
                    + " free slots of " + slots() + ": make it with more slots or remove finished ones");
        }
    }

    private void requireCapacity(int length) {
        if (length > capacity) {
            throw new IllegalArgumentException("a sequence of " + length + " tokens, the cache has room for " + capacity
                    + ": make it with a larger capacity");
        }
    }

    @Override
    public void close() { rooms.forEach(Tensor::close); }
}
