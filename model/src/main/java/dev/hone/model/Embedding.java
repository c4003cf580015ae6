package dev.hone.model;

import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/** A table of rows by id: tokens, positions or token types. An adapter may stand beside it or put a copy in its place. */
final class Embedding {
    private final Held table;
    private Optional<LowRankRows> lowRank = Optional.empty();

    /** @param table [V, D] */
    Embedding(Parameter table) { this.table = new Held(table); }

    Held held() { return table; }

    void lowRank(Optional<LowRankRows> beside) { lowRank = beside; }

    Optional<LowRankRows> lowRank() { return lowRank; }

    /** Rows [T, D] by int64 ids [T]. */
    Tensor rows(Tape tape, Tensor ids) {
        return lowRank.isPresent() ? lowRank.get().rows(tape, ids) : Ops.embedding(tape, table.now(), ids);
    }
}
