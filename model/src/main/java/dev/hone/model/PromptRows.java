package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Prompt tuning (arXiv 2104.08691): learned rows where embedded tokens stand, before those of every sequence.
 *
 * @param decoder that reads them
 * @param table [n, D] float32 or wider, owned
 */
record PromptRows(Decoder decoder, Parameter table) implements VirtualTokens {

    @Override
    public int count() { return (int) table.value().size(0); }

    /**
     * Puts them in front of the embedded tokens of every sequence.
     *
     * @param tokens [T, D]
     * @return [T', D], the rows of {@code wide}
     */
    Tensor before(Tape tape, Tensor tokens, VirtualRows wide) {
        Tensor both = Tensors.cat(List.of(tokens, table.value().to(tokens.dtype())), 0);
        return tape.record(both.indexSelect(0, wide.sources()), gradient -> {
            if (table.trainable()) {
                table.accumulateRows(wide.numbers(), gradient.indexSelect(0, wide.learned()));
            }
            if (tape.tracks(tokens)) {
                tape.give(tokens, gradient.indexSelect(0, wide.given()));
            }
        });
    }

    @Override
    public void on() { decoder.virtual(Optional.of(this)); }

    @Override
    public void off() { decoder.virtual(Optional.empty()); }

    @Override
    public Stream<Parameter> parameters() { return Stream.of(table); }

    @Override
    public void close() { table.close(); }
}
