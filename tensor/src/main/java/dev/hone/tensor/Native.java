package dev.hone.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The ops that the binding does not map, reached through libtorch's dispatcher. Every such call is in this file. */
final class Native {
    private static final OperatorHandle SOFTMAX_BACKWARD = op("aten::_softmax_backward_data", "");
    private static final OperatorHandle FUSED_ADAM = op("aten::_fused_adam_", "");
    private static final OperatorHandle FUSED_ADAMW = op("aten::_fused_adamw_", "");
    private static final Type.TypePtr TENSOR = new Type.TypePtr(TensorType.get());

    private Native() {}

    /** Gradient of a softmax over an axis from the gradient and the value of its result. */
    static Tensor softmaxBackward(Tensor gradient, Tensor softmax, int axis) {
        ScalarType type = softmax.raw().scalar_type();
        try (IValueVector stack = new IValueVector()) {
            push(stack, new IValue(gradient.raw()));
            push(stack, new IValue(softmax.raw()));
            push(stack, new IValue((long) axis));
            push(stack, new IValue((long) type.value));
            SOFTMAX_BACKWARD.callBoxed(stack);
            return result(stack);
        }
    }

    /** A matrix [O, I] of bfloat16 in oneDNN's own order for products with so many rows. */
    static Tensor reorderForLinear(Tensor weight, long rows) {
        try (IValueVector stack = new IValueVector()) {
            push(stack, new IValue(weight.raw()));
            push(stack, new IValue(rows));
            Linear.REORDER.callBoxed(stack);
            return result(stack);
        }
    }

    /** Rows [T, I] times the transpose of what {@link #reorderForLinear} made. */
    static Tensor reorderedLinear(Tensor x, Tensor reordered, Optional<Tensor> bias) {
        try (IValueVector stack = new IValueVector()) {
            push(stack, new IValue(x.raw()));
            push(stack, new IValue(reordered.raw()));
            push(stack, bias.map(shift -> new IValue(shift.raw())).orElseGet(IValue::new));
            push(stack, new IValue("none")); // what follows the product
            stack.push_back(Linear.NO_SCALARS);
            push(stack, new IValue()); // algorithm
            Linear.PRODUCT.callBoxed(stack);
            return result(stack);
        }
    }

    /** Apart, because a build without oneDNN lacks these ops. */
    private static final class Linear {
        static final OperatorHandle REORDER = op("mkldnn::_reorder_linear_weight", "");
        static final OperatorHandle PRODUCT = op("mkldnn::_linear_pointwise", "");
        private static final int SCALARS = 4;
        static final IValue NO_SCALARS = noScalars();

        private Linear() {}

        /** The binding cannot name the type of the list's elements, so it is taken from the op's own schema. */
        private static IValue noScalars() {
            Type.TypePtr list = PRODUCT.schema().arguments().getPointer(SCALARS).type();
            try (GenericList empty = new GenericList((Type.TypePtr) list.get().containedType(0))) {
                return new IValue(empty);
            }
        }
    }

    /** How many of the rising boundaries are below each value, int64. */
    static Tensor bucketOf(Tensor values, Tensor boundaries) {
        return Tensor.wrap(torch.bucketize(values.raw(), boundaries.raw(), false, false));
    }

    /** One step of Adam in place; weight, gradient and moments have one type. */
    static void fusedAdam(FusedOptim.AdamPart part, FusedOptim.AdamRule rule) {
        FusedOptim.Moments moments = part.moments();
        try (IValueVector stack = new IValueVector(); Tensor step = stepOf(part)) {
            push(stack, list(Optional.of(part.weight())));
            push(stack, list(Optional.of(part.gradient())));
            push(stack, list(Optional.of(moments.first())));
            push(stack, list(Optional.of(moments.second())));
            push(stack, list(moments.largest()));
            push(stack, list(Optional.of(step)));
            for (double value : new double[]{rule.learningRate(), rule.beta1(), rule.beta2(), part.weightDecay(),
                    rule.epsilon()}) {
                push(stack, new IValue(value));
            }
            push(stack, new IValue(moments.largest().isPresent()));
            push(stack, new IValue(false)); // maximize
            push(stack, new IValue()); // grad_scale
            push(stack, new IValue()); // found_inf
            (rule.decoupled() ? FUSED_ADAMW : FUSED_ADAM).callBoxed(stack);
        }
    }

    /** The op wants the number of the step as a float32 tensor beside the weight. */
    private static Tensor stepOf(FusedOptim.AdamPart part) {
        Tensor step = Scope.release(Tensors.zeros(DType.FLOAT32, part.weight().device(), 1));
        step.fill(part.moments().step());
        return step;
    }

    private static IValue list(Optional<Tensor> only) {
        try (GenericList list = new GenericList(TENSOR)) {
            if (only.isPresent()) {
                try (IValue value = new IValue(only.get().raw())) {
                    list.push_back(value);
                }
            }
            return new IValue(list);
        }
    }

    private static OperatorHandle op(String name, String overload) {
        Engine.start();
        return Dispatcher.singleton().findSchemaOrThrow(name, overload);
    }

    private static void push(IValueVector stack, IValue value) {
        try (value) {
            stack.push_back(value);
        }
    }

    private static Tensor result(IValueVector stack) {
        try (IValue value = stack.get(0)) {
            // toTensor() refers into the value: the handle must be copied before the value is freed
            return Tensor.wrap(new org.bytedeco.pytorch.Tensor(value.toTensor()));
        }
    }
}
