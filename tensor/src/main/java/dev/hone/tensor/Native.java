package dev.hone.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The ops that the binding does not map, reached through libtorch's dispatcher. Every such call is in this file. */
final class Native {
    private static final OperatorHandle SOFTMAX_BACKWARD = op("aten::_softmax_backward_data", "");

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
