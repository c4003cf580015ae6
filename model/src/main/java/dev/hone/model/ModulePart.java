package dev.hone.model;

import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tensor;
import java.util.function.Function;

/** A change of one of the model's tensors, which can be merged into it. */
sealed interface ModulePart extends AdapterPart permits LowRank, LowRankRows, ModuleCopy {

    /** The model's tensor that it changes. */
    Held held();

    /**
     * What the model's tensor would be if it held this change itself: its shape, in float32 or wider.
     *
     * @param weights the value of each parameter, of the model and of the adapter
     */
    Tensor merged(Function<Parameter, Tensor> weights);
}
