package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Ops;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A head that gives numbers instead of tokens: one per label. It computes in float32 whatever the type of the hidden states
 * and of its weights, because bf16 has only 8 bits and would make ties of scores that differ.
 */
public final class ScalarHead {
    private final HeadPlan plan;
    private final Optional<Linear> dense;
    private final Linear output;

    private ScalarHead(HeadPlan plan, Optional<Linear> dense, Linear output) {
        this.plan = plan;
        this.dense = dense;
        this.output = output;
    }

    static ScalarHead make(HeadPlan plan, long width, int labels, ParameterSource source, double deviation) {
        ParameterSource.Start start = new ParameterSource.Normal(deviation);
        Optional<Linear> dense = plan.dense().map(before -> Linear.make(source,
                new Linear.Shape(List.of(before.name()), List.of(plan.inner(width)), width, true, false), start));
        return new ScalarHead(plan, dense, Linear.make(source,
                new Linear.Shape(List.of(plan.output()), List.of((long) labels), plan.inner(width), plan.bias(), false),
                start));
    }

    /** How many numbers each row gets. */
    public int labels() { return (int) weight().value().size(0); }

    /** The last projection, [labels, D]. */
    public Parameter weight() { return output.weight(); }

    /**
     * The scores of rows.
     *
     * @param rows [R, D] hidden states: one pooled row per sequence, or every token
     * @return [R, labels] float32 (float64 for rows of that type)
     */
    public Tensor scores(Tape tape, Tensor rows) {
        Tensor x = widened(tape, rows);
        if (dense.isPresent()) {
            HeadPlan.Dense before = plan.dense().orElseThrow();
            Tensor input = before.dropoutBefore() ? Ops.dropout(tape, x, plan.dropout()) : x;
            x = before.activation().apply(tape, affine(tape, input, dense.get()));
        }
        return affine(tape, Ops.dropout(tape, x, plan.dropout()), output);
    }

    /** The type in which scores are computed from values of a type. */
    static DType wide(DType dtype) {
        return dtype == DType.FLOAT64 ? dtype : DType.FLOAT32;
    }

    private static Tensor widened(Tape tape, Tensor x) {
        DType narrow = x.dtype();
        return narrow == wide(narrow)
                ? x
                : tape.record(x.to(wide(narrow)), gradient -> tape.give(x, gradient.to(narrow)));
    }

    private static Tensor affine(Tape tape, Tensor x, Linear linear) {
        if (linear.lowRank().isPresent()) {
            return linear.apply(tape, x);
        }
        Tensor weight = linear.weight().value().to(x.dtype()); // [O, I]
        Tensor y = linear.affine(x);
        return tape.record(y, gradient -> {
            if (linear.weight().trainable()) {
                linear.weight().accumulate(gradient.t().matmul(x));
            }
            linear.bias().filter(Parameter::trainable).ifPresent(bias -> bias.accumulate(gradient.sum(0, false)));
            if (tape.tracks(x)) {
                tape.give(x, gradient.matmul(weight));
            }
        });
    }

    Stream<Linear> linears() { return Stream.concat(dense.stream(), Stream.of(output)); }

    public Stream<Parameter> parameters() { return linears().flatMap(Linear::parameters); }
}
