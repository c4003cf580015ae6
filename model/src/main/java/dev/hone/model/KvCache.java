package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.StepAttention;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keys and values of sequences that are being continued, owned and written in place. Sequences stand in slots 0 to
 * {@link #live()} - 1: {@link Decoder#prefill} and {@link #repeat} add slots behind the live ones, {@link #remove} moves the
 * last live slot into the gap, so that a decode step never computes a finished sequence.
 *
 * <p>Per layer keys [slots, Hkv, tiles, K, tile] and values [slots, Hkv, room, K]. A tile is what {@link StepAttention} reads
 * at once, or all of the room where that does not serve. The {@code room} grows with the longest sequence, in
 * steps: products over a part of a wider room are two to four times slower than over a whole one, and every new shape costs
 * oneDNN a new kernel (about 1.5 ms each), so lengths and batch sizes are rounded up to few values.
 */
public final class KvCache implements AutoCloseable {
    private static final int ROOM_STEP = StepAttention.TILE;

    private final ModelSpec.Attention spec;
    private final int capacity;
    private final int before;
    private final DType dtype;
    private final Device device;
    private final boolean tiled;
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final int[] lengths;
    private int live;
    private int room = ROOM_STEP;

    /**
     * What it can hold.
     *
     * @param slots sequences
     * @param capacity tokens of each at most
     * @param before virtual tokens, which stand before those of every sequence
     */
    record Room(int slots, int capacity, int before) {}

    /**
     * An empty cache.
     *
     * @param tiled whether keys stand in tiles; only where {@link #tiles}
     */
    KvCache(ModelSpec model, Room room, DType dtype, Device device, boolean tiled) {
        this.spec = model.attention();
        this.capacity = room.capacity;
        this.before = room.before;
        this.dtype = dtype;
        this.device = device;
        this.tiled = tiled;
        this.lengths = new int[room.slots];
        for (int layer = 0; layer < model.size().layers(); layer++) {
            keys.add(Scope.owned(this::emptyKeys));
            values.add(Scope.owned(this::emptyValues));
        }
    }

    /** The largest size one slot can grow to, in bytes. */
    static long slotBytes(ModelSpec model, int capacity, DType dtype) {
        return 2L * model.size().layers() * model.attention().keyHeads() * model.attention().headSize()
                * roundUp(capacity, ROOM_STEP) * dtype.bytes();
    }

    /** Tokens for which a slot has room when its sequence has so many. */
    public static int room(int tokens) {
        return roundUp(tokens, ROOM_STEP);
    }

    /** Whether {@link StepAttention} reads caches of a model on this machine. */
    static boolean tiles(ModelSpec model, DType dtype, Device device) {
        return StepAttention.serves(dtype, device, shape(model.attention()));
    }

    static StepAttention.Shape shape(ModelSpec.Attention spec) {
        return new StepAttention.Shape(spec.heads(), spec.keyHeads(), spec.headSize());
    }

    /** Whether keys stand in tiles, for {@link StepAttention}. */
    boolean tiled() { return tiled; }

    private Tensor emptyKeys() {
        return tiled
                ? Tensors.zeros(dtype, device, slots(), spec.keyHeads(), room / StepAttention.TILE, spec.headSize(),
                        StepAttention.TILE)
                : Tensors.zeros(dtype, device, slots(), spec.keyHeads(), 1, spec.headSize(), room);
    }

    private Tensor emptyValues() {
        return Tensors.zeros(dtype, device, slots(), spec.keyHeads(), room, spec.headSize());
    }

    private static int roundUp(int value, int step) { return Math.ceilDiv(value, step) * step; }

    public int slots() { return lengths.length; }

    /** The longest sequence a slot may hold. */
    public int capacity() { return capacity; }

    /** How many slots hold a sequence; they are the first ones. */
    public int live() { return live; }

    /** Tokens held by a live slot, without virtual ones. */
    public int length(int slot) {
        requireLive(slot);
        return lengths[slot] - before;
    }

    /** Virtual tokens before those of every sequence. */
    int before() { return before; }

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

    /**
     * Adds live slots for prompts; {@link #fill} then writes their keys and values layer by layer.
     *
     * @param prompts their lengths, with virtual tokens
     * @return the first slot
     */
    int beginPrefill(int[] prompts) {
        requireFree(prompts.length);
        int first = live;
        for (int n = 0; n < prompts.length; n++) {
            lengths[first + n] = prompts[n];
            requireCapacity(prompts[n]);
        }
        live += prompts.length;
        makeRoom();
        return first;
    }

    /** Writes a prompt's keys and values into its slot, virtual tokens' first. Several threads may fill several. */
    void fill(int layer, int slot, KeysValues read) {
        Tensor slotKeys = keys.get(layer).select(0, slot); // [Hkv, tiles, K, tile]
        int tile = Math.toIntExact(slotKeys.size(3));
        int length = Math.toIntExact(read.keys().size(1));
        for (int from = 0; from < length; from += tile) {
            int count = Math.min(tile, length - from);
            slotKeys.select(1, from / tile).narrow(2, 0, count)
                    .copyFrom(read.keys().narrow(1, from, count).transpose(1, 2));
        }
        values.get(layer).select(0, slot).narrow(1, 0, length).copyFrom(read.values());
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
        for (int layer = 0; layer < keys.size(); layer++) {
            widen(keys, layer, this::emptyKeys, tiled ? 2 : 4, tiled ? before / StepAttention.TILE : before);
            widen(values, layer, this::emptyValues, 2, before);
        }
    }

    private static void widen(List<Tensor> rooms, int layer, Supplier<Tensor> empty, int axis, int before) {
        try (Scope scope = Scope.open(); Tensor old = rooms.get(layer)) {
            Tensor wider = empty.get();
            wider.narrow(axis, 0, before).copyFrom(old);
            rooms.set(layer, Scope.release(wider));
        }
    }

    /** What a step of the live slots attends to in a layer. */
    StepAttention.Kept kept(int layer, int window) {
        return new StepAttention.Kept(keys.get(layer), values.get(layer), Arrays.copyOf(lengths, live), window);
    }

    /** Where the newest token of every batch row stands in a layer, for the ops that write one. */
    Newest newest() {
        int heads = spec.keyHeads();
        int size = spec.headSize();
        long[] byNumber = new long[batch() * heads * size];
        long[] byToken = new long[batch() * heads];
        for (int head = 0; head < byToken.length; head++) {
            int position = batchLength(head / heads) - 1;
            byToken[head] = (long) head * room + position;
            for (int i = 0; i < size; i++) {
                byNumber[head * size + i] = ((long) head * size + i) * room + position;
            }
        }
        return new Newest(Tensors.of(byNumber).to(device), Tensors.of(byToken).to(device));
    }

    /**
     * Int64 places of new keys and values.
     *
     * @param keys [batch·Hkv·K] in keys seen as one row of numbers
     * @param values [batch·Hkv] in values seen as [slots·Hkv·room, K]
     */
    record Newest(Tensor keys, Tensor values) {}

    /** Writes the newest token of every batch row: its keys and values, both [batch·Hkv, K]. */
    void append(int layer, Newest where, Tensor newKeys, Tensor newValues) {
        keys.get(layer).view(-1).indexCopyInPlace(0, where.keys, newKeys.reshape(-1));
        values.get(layer).view(-1, spec.headSize()).indexCopyInPlace(0, where.values, newValues);
    }

    /** All keys of the batch, [batch·Hkv, K, room]; a view where they are not tiled. */
    Tensor keys(int layer) {
        return keys.get(layer).narrow(0, 0, batch()).transpose(2, 3).reshape((long) batch() * spec.keyHeads(),
                spec.headSize(), room);
    }

    /** All values of the batch, [batch·Hkv, room, K]. */
    Tensor values(int layer) {
        return values.get(layer).narrow(0, 0, batch()).view((long) batch() * spec.keyHeads(), room, spec.headSize());
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
                    "repeat of " + length + " tokens: expected 1 to " + length(slot) + ", the tokens of slot " + slot);
        }
        requireFree(copies);
        if (copies > 0) {
            copy(slot, live, copies, before + length);
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
        keys.forEach(layer -> copy(tiled
                ? layer.narrow(2, 0, Math.ceilDiv(length, StepAttention.TILE))
                : layer.narrow(4, 0, length), from, to, count));
        values.forEach(layer -> copy(layer.narrow(2, 0, length), from, to, count));
        Arrays.fill(lengths, to, to + count, length);
    }

    private static void copy(Tensor used, int from, int to, int count) {
        try (Scope scope = Scope.open()) {
            used.narrow(0, to, count).copyFrom(used.narrow(0, from, 1));
        }
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
        if (length - before > capacity) {
            throw new IllegalArgumentException("a sequence of " + (length - before)
                    + " tokens, the cache has room for " + capacity + ": make it with a larger capacity");
        }
    }

    @Override
    public void close() {
        keys.forEach(Tensor::close);
        values.forEach(Tensor::close);
    }
}
