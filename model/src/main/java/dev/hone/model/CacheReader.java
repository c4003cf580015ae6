package dev.hone.model;

import dev.hone.model.PackedAttention.Slots;
import dev.hone.tensor.Engine;
import dev.hone.tensor.HeadRows.Turn;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import dev.hone.tensor.Workers;
import dev.hone.text.Packed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Lets a decoder read tokens into a cache: prompts, or one token of every slot.
 *
 * <p>On the CPU the rows are cut into parts, and a thread takes its part through all layers alone: nobody waits for anybody
 * between short ops, and what lies between two layers stays in the processor's cache. Quantised matrices would be made dense
 * by every thread, so their models go as one part.
 */
final class CacheReader {
    /** Prompt tokens of a part: few enough for the processor's own cache, enough for fast products. */
    private static final int PART_TOKENS = 256;
    /** How much more than its share of the tokens the longest part may have. */
    private static final double UNEVEN = 1.25;

    private final Decoder model;

    CacheReader(Decoder model) { this.model = model; }

    /** [N, D] of the last tokens. */
    Tensor prefill(Rows prompts, KvCache cache) {
        prompts.requireSeparate("each slot of a cache holds a whole sequence (KvCache.repeat copies one)");
        int slot = begin(IntStream.range(0, prompts.given()).map(n -> prompts.starts()[n + 1] - prompts.starts()[n]),
                cache);
        return Scope.tidy(() -> read(prompts, new Slots(cache, slot)));
    }

    /** [N, D] of the last tokens. */
    Tensor prefill(List<int[]> prompts, KvCache cache) {
        List<List<int[]>> parts = parts(prompts);
        if (parts.size() < 2) {
            return Scope.tidy(() -> prefill(rows(prompts), cache));
        }
        int slot = begin(prompts.stream().mapToInt(prompt -> prompt.length), cache);
        int[] firsts = new int[parts.size() + 1];
        for (int part = 0; part < parts.size(); part++) {
            firsts[part + 1] = firsts[part] + parts.get(part).size();
        }
        Tensor out = Tensors.empty(model.dtype(), model.device(), prompts.size(), model.width());
        Workers.each(parts.size(), part -> {
            try (Scope scope = Scope.open()) {
                out.narrow(0, firsts[part], parts.get(part).size())
                        .copyFrom(read(rows(parts.get(part)), new Slots(cache, slot + firsts[part])));
            }
        });
        return out;
    }

    private boolean spreads() { return model.device().isCpu() && Engine.threads() > 1 && model.quantised().isEmpty(); }

    /** In their order; one part where threads would wait for the longest. */
    private List<List<int[]>> parts(List<int[]> prompts) {
        int all = prompts.stream().mapToInt(prompt -> prompt.length).sum();
        int share = all / Engine.threads();
        int most = Math.min(PART_TOKENS, share);
        List<List<int[]>> parts = new ArrayList<>();
        int tokens = most;
        int longest = 0;
        for (int[] prompt : prompts) {
            if (tokens >= most) {
                parts.add(new ArrayList<>());
                tokens = 0;
            }
            parts.getLast().add(prompt);
            tokens += prompt.length;
            longest = Math.max(longest, tokens);
        }
        return spreads() && longest <= UNEVEN * share ? parts : List.of(prompts);
    }

    private Rows rows(List<int[]> prompts) {
        int[] starts = new int[prompts.size() + 1];
        for (int n = 0; n < prompts.size(); n++) {
            starts[n + 1] = starts[n] + prompts.get(n).length;
        }
        int[] ids = prompts.stream().flatMapToInt(Arrays::stream).toArray();
        return Rows.rounded(new Packed(ids, starts, new float[ids.length]), model.vocabulary(), model.device());
    }

    /** @return the first of the new slots */
    private int begin(IntStream lengths, KvCache cache) {
        model.requireSame(cache);
        int[] tokens = lengths.map(length -> model.virtualTokens() + length).toArray();
        int longest = Arrays.stream(tokens).max().orElse(1);
        model.rope().ifPresent(table -> table.reserve(longest));
        return cache.beginPrefill(tokens);
    }

    private Tensor read(Rows prompts, Slots slots) {
        Tape tape = Tape.inference();
        LayerInput entry = model.enter(tape, prompts, HiddenOptions.PLAIN.embedded());
        Tensor x = model.layers(entry.x(), model.attending(tape, entry.rows(), 0, Optional.of(slots)));
        int[] last = new int[prompts.given()];
        Arrays.setAll(last, n -> entry.rows().starts()[n + 1] - 1);
        return model.normed(x.indexSelect(0, Tensors.indices(last).to(model.device())));
    }

    /**
     * One more token of every live slot, and of idle ones that the cache adds to keep shapes few.
     *
     * @param end what follows the final norm, from [rows, D] to [rows, width]
     * @return [live, width]
     */
    Tensor decode(int[] tokens, KvCache cache, long width, UnaryOperator<Tensor> end) {
        requireTokens(tokens, cache);
        model.requireSame(cache);
        cache.advance();
        return Scope.tidy(() -> step(tokens, cache, width, end).narrow(0, 0, tokens.length));
    }

    private Tensor step(int[] tokens, KvCache cache, long width, UnaryOperator<Tensor> end) {
        int batch = cache.batch();
        int[] positionOf = new int[batch];
        Arrays.setAll(positionOf, row -> cache.batchLength(row) - 1);
        Tensor ids = Tensors.indices(Arrays.copyOf(tokens, batch)).to(model.device());
        Tensor positions = Tensors.indices(positionOf).to(model.device());
        Optional<Turn> angles = model.rope().map(table -> table.newest(positionOf));
        CachedAttention attention = CachedAttention.of(model.spec().attention(), cache, angles);
        int parts = cache.tiled() && spreads() ? Math.min(Engine.threads(), batch) : 1;
        if (parts == 1) {
            return end.apply(model.normed(model.layers(embedded(ids, positions), attention)));
        }
        Tensor out = Tensors.empty(model.dtype(), model.device(), batch, width);
        Workers.each(parts, part -> {
            int from = part * batch / parts;
            int count = (part + 1) * batch / parts - from;
            try (Scope scope = Scope.open()) {
                Tensor x = model.layers(embedded(ids.narrow(0, from, count), positions.narrow(0, from, count)),
                        attention.rows(from, count));
                out.narrow(0, from, count).copyFrom(end.apply(model.normed(x)));
            }
        });
        return out;
    }

    private Tensor embedded(Tensor ids, Tensor positions) { return model.embed(Tape.inference(), ids, positions); }

    private void requireTokens(int[] tokens, KvCache cache) {
        if (tokens.length != cache.live() || tokens.length == 0) {
            throw new IllegalArgumentException("decode of " + tokens.length + " tokens: expected one for each of the "
                    + cache.live() + " live slots, and at least one");
        }
        for (int token : tokens) {
            if (token < 0 || token >= model.vocabulary()) {
                throw new ModelException("token id " + token + ": expected 0 to " + (model.vocabulary() - 1)
                        + ", the model's vocabulary");
            }
        }
    }
}
