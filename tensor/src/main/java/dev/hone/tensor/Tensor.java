package dev.hone.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A tensor of libtorch: one native handle and nothing else. Results belong to the innermost open {@link Scope}; parameters
 * and other long-lived tensors are taken out of it with {@link Scope#release} by the holder that closes them. Shapes in
 * comments use one letter per axis (docs/architecture.md). Methods ending in {@code InPlace} change this tensor and return nothing.
 */
public final class Tensor implements AutoCloseable {
    static {
        Engine.start();
    }

    private final org.bytedeco.pytorch.Tensor raw;
    private boolean closed;

    private Tensor(org.bytedeco.pytorch.Tensor raw) {
        this.raw = raw;
        Scope.born();
    }

    static Tensor wrap(org.bytedeco.pytorch.Tensor raw) { return Scope.adopt(new Tensor(raw)); }

    /** Wraps a handle that no scope shall own. */
    static Tensor owned(org.bytedeco.pytorch.Tensor raw) {
        return new Tensor(raw);
    }

    /** The handle; a closed one would crash the process inside libtorch, so it is refused here. */
    org.bytedeco.pytorch.Tensor raw() {
        if (closed) {
            throw new IllegalStateException("a tensor is used after it was closed: keep it in an outer Scope"
                    + " (Scope.keep) or copy it before its scope ends");
        }
        return raw;
    }

    public boolean isClosed() { return closed; }

    /** Frees the native handle; safe to call twice. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            raw.close();
            Scope.died();
        }
    }

    // shape and place

    public int rank() { return (int) raw().dim(); }

    /** The length of an axis; negative axes count from the end. */
    public long size(int axis) {
        return raw().size(axis);
    }

    public long[] shape() {
        long[] shape = new long[rank()];
        Arrays.setAll(shape, raw()::size);
        return shape;
    }

    /** How many elements. */
    public long count() { return raw().numel(); }

    public DType dtype() { return Types.of(raw().scalar_type()); }

    public Device device() {
        if (!raw().is_cuda()) {
            return Device.CPU;
        }
        try (org.bytedeco.pytorch.Device place = raw().device()) {
            return Device.cuda(place.index());
        }
    }

    // elementwise

    public Tensor add(Tensor other) { return Calls.binary(this, "add", other, raw()::add); }

    public Tensor add(double value) { return Calls.scalar(value, raw()::add); }

    public Tensor sub(Tensor other) { return Calls.binary(this, "sub", other, raw()::sub); }

    public Tensor sub(double value) { return Calls.scalar(value, raw()::sub); }

    public Tensor mul(Tensor other) { return Calls.binary(this, "mul", other, raw()::mul); }

    public Tensor mul(double value) { return Calls.scalar(value, raw()::mul); }

    public Tensor div(Tensor other) { return Calls.binary(this, "div", other, raw()::div); }

    public Tensor div(double value) { return Calls.scalar(value, raw()::div); }

    public Tensor neg() { return wrap(raw().neg()); }

    public Tensor exp() { return wrap(raw().exp()); }

    public Tensor expm1() { return wrap(raw().expm1()); }

    public Tensor log() { return wrap(raw().log()); }

    public Tensor log1p() { return wrap(raw().log1p()); }

    public Tensor sqrt() { return wrap(raw().sqrt()); }

    public Tensor rsqrt() { return wrap(raw().rsqrt()); }

    public Tensor square() { return wrap(raw().square()); }

    public Tensor pow(double exponent) { return Calls.scalar(exponent, raw()::pow); }

    public Tensor abs() { return wrap(raw().abs()); }

    public Tensor sign() { return wrap(raw().sign()); }

    public Tensor tanh() { return wrap(raw().tanh()); }

    public Tensor sigmoid() { return wrap(raw().sigmoid()); }

    /** log σ(x) in its stable form. */
    public Tensor logSigmoid() { return wrap(torch.log_sigmoid(raw())); }

    public Tensor silu() { return wrap(torch.silu(raw())); }

    public Tensor clampMin(double least) { return Calls.scalar(least, raw()::clamp_min); }

    public Tensor clampMax(double most) { return Calls.scalar(most, raw()::clamp_max); }

    public Tensor clamp(double least, double most) { return clampMin(least).clampMax(most); }

    public Tensor minimum(Tensor other) { return Calls.binary(this, "minimum", other, raw()::minimum); }

    public Tensor maximum(Tensor other) { return Calls.binary(this, "maximum", other, raw()::maximum); }

    /** Elementwise {@code condition ? this : other}. */
    public Tensor where(Tensor condition, Tensor other) {
        return wrap(torch.where(condition.raw(), raw(), other.raw()));
    }

    /** This tensor with {@code value} where the boolean mask is true. */
    public Tensor maskedFill(Tensor mask, double value) {
        return Calls.scalar(value, s -> raw().masked_fill(mask.raw(), s));
    }

    public Tensor eq(Tensor other) { return Calls.binary(this, "eq", other, raw()::eq); }

    public Tensor eq(double value) { return Calls.scalar(value, raw()::eq); }

    public Tensor gt(Tensor other) { return Calls.binary(this, "gt", other, raw()::gt); }

    public Tensor gt(double value) { return Calls.scalar(value, raw()::gt); }

    public Tensor ge(Tensor other) { return Calls.binary(this, "ge", other, raw()::ge); }

    public Tensor lt(Tensor other) { return Calls.binary(this, "lt", other, raw()::lt); }

    public Tensor lt(double value) { return Calls.scalar(value, raw()::lt); }

    public Tensor not() { return wrap(raw().logical_not()); }

    public Tensor isFinite() { return wrap(raw().isfinite()); }

    // reductions

    public Tensor sum() { return wrap(raw().sum()); }

    public Tensor sum(int axis, boolean keepAxis) {
        return wrap(raw().sum(new long[]{axis}, keepAxis, Types.SAME_TYPE));
    }

    public Tensor mean() { return wrap(raw().mean()); }

    public Tensor mean(int axis, boolean keepAxis) {
        return wrap(raw().mean(new long[]{axis}, keepAxis, Types.SAME_TYPE));
    }

    public Tensor max(int axis, boolean keepAxis) { return wrap(raw().amax(new long[]{axis}, keepAxis)); }

    public Tensor max() { return wrap(raw().max()); }

    public Tensor min() { return wrap(raw().min()); }

    /** Index of the largest element along an axis, int64. */
    public Tensor argmax(int axis) {
        try (LongOptional which = new LongOptional(axis)) {
            return wrap(raw().argmax(which, false));
        }
    }

    public Tensor logSumExp(int axis, boolean keepAxis) { return wrap(raw().logsumexp(new long[]{axis}, keepAxis)); }

    public Tensor softmax(int axis) { return wrap(raw().softmax(axis)); }

    public Tensor logSoftmax(int axis) { return wrap(raw().log_softmax(axis)); }

    public Tensor cumsum(int axis) { return wrap(raw().cumsum(axis)); }

    /** Sorted values and their indices along an axis. */
    public Sorted sort(int axis, boolean descending) {
        try (var pair = raw().sort(axis, descending)) {
            return new Sorted(Calls.handle(pair.get0()), Calls.handle(pair.get1()));
        }
    }

    /** The k largest along the last axis, largest first. */
    public Sorted topK(long k) {
        try (var pair = raw().topk(k)) {
            return new Sorted(Calls.handle(pair.get0()), Calls.handle(pair.get1()));
        }
    }

    /**
     * Values in order and where they stood.
     *
     * @param values the values
     * @param indices their int64 positions along the sorted axis
     */
    public record Sorted(Tensor values, Tensor indices) {}

    // products

    public Tensor matmul(Tensor right) { return Calls.binary(this, "matmul", right, raw()::matmul); }

    /** [B,M,K] × [B,K,N] → [B,M,N]. */
    public Tensor bmm(Tensor right) {
        return Calls.binary(this, "bmm", right, raw()::bmm);
    }

    /** This bias [N] + left [M,K] × right [K,N]. */
    public Tensor addMatmul(Tensor left, Tensor right) {
        return wrap(raw().addmm(left.raw(), right.raw()));
    }

    // views and moves

    public Tensor reshape(long... shape) { return wrap(raw().reshape(shape)); }

    public Tensor view(long... shape) { return wrap(raw().view(shape)); }

    public Tensor transpose(int first, int second) { return wrap(raw().transpose(first, second)); }

    public Tensor t() { return wrap(raw().t()); }

    public Tensor unsqueeze(int axis) { return wrap(raw().unsqueeze(axis)); }

    public Tensor squeeze(int axis) { return wrap(raw().squeeze(axis)); }

    public Tensor expand(long... shape) { return wrap(raw().expand(shape)); }

    public Tensor contiguous() { return wrap(raw().contiguous()); }

    /** {@code length} entries from {@code start} along an axis, a view. */
    public Tensor narrow(int axis, long start, long length) {
        if (start < 0 || length < 0 || start + length > size(axis)) {
            throw new IllegalArgumentException("narrow(axis " + axis + ", start " + start + ", length " + length
                    + ") leaves the tensor " + describe());
        }
        return wrap(raw().narrow(axis, start, length));
    }

    public Tensor select(int axis, long index) { return wrap(raw().select(axis, index)); }

    /** Rows of an axis by int64 index [N]. */
    public Tensor indexSelect(int axis, Tensor index) {
        return wrap(raw().index_select(axis, index.raw()));
    }

    public Tensor gather(int axis, Tensor index) { return wrap(raw().gather(axis, index.raw())); }

    /** This tensor with values put at int64 indices of an axis. */
    public Tensor scatter(int axis, Tensor index, Tensor values) {
        return wrap(raw().scatter(axis, index.raw(), values.raw()));
    }

    /** A copy with its own memory. */
    public Tensor copy() { return wrap(raw().clone()); }

    /** The same values in another type; this handle's own values where the type is the same already. */
    public Tensor to(DType dtype) {
        return wrap(raw().to(Types.of(dtype)));
    }

    public Tensor to(Device device) { return wrap(raw().to(Types.device(device), raw().scalar_type())); }

    // in place

    public void addInPlace(Tensor other) { Calls.change(this, "addInPlace", other, raw()::add_); }

    public void addInPlace(Tensor other, double factor) {
        Calls.withScalar(factor, s -> Calls.change(this, "addInPlace", other, right -> raw().add_(right, s)));
    }

    public void mulInPlace(double value) { Calls.withScalar(value, raw()::mul_); }

    public void mulInPlace(Tensor other) { Calls.change(this, "mulInPlace", other, raw()::mul_); }

    public void divInPlace(Tensor other) { Calls.change(this, "divInPlace", other, raw()::div_); }

    public void copyFrom(Tensor source) { Calls.change(this, "copyFrom", source, raw()::copy_); }

    public void zero() { raw().zero_(); }

    public void fill(double value) { Calls.withScalar(value, raw()::fill_); }

    /** this += left × right for matrices, without a temporary. */
    public void addMatmulInPlace(Tensor left, Tensor right) {
        raw().addmm_(left.raw(), right.raw());
    }

    /** Adds rows to this tensor's rows at int64 positions [N]; repeated positions add up. */
    public void indexAddInPlace(int axis, Tensor index, Tensor rows) {
        raw().index_add_(axis, index.raw(), rows.raw());
    }

    /** this ← left·right, elementwise; this may be a view with strides. */
    public void setToProduct(Tensor left, Tensor right) {
        torch.mul_out(raw(), left.raw(), right.raw());
    }

    /** Adds values at int64 indices of an axis. */
    public void scatterAddInPlace(int axis, Tensor index, Tensor values) {
        raw().scatter_add_(axis, index.raw(), values.raw());
    }

    /** Puts rows at int64 positions [N] of an axis; the positions must differ. */
    public void indexCopyInPlace(int axis, Tensor index, Tensor rows) {
        raw().index_copy_(axis, index.raw(), rows.raw());
    }

    /** this ← value·left·right + this. */
    public void addProductInPlace(Tensor left, Tensor right, double value) {
        Calls.withScalar(value, s -> raw().addcmul_(left.raw(), right.raw(), s));
    }

    // autograd of libtorch: for objectives and for tests; a model's own backward is Tape's

    /** A leaf with the same values and no history, whose gradient libtorch will collect. */
    public Tensor leaf() {
        Tensor leaf = wrap(raw().detach());
        leaf.raw().set_requires_grad(true);
        return leaf;
    }

    public Tensor detach() { return wrap(raw().detach()); }

    public boolean requiresGrad() { return raw().requires_grad(); }

    /** Runs libtorch's backward from this scalar. */
    public void backward() { raw().backward(); }

    /** Runs libtorch's backward with the gradient of this tensor given. */
    public void backward(Tensor gradient) {
        if (!Arrays.equals(shape(), gradient.shape())) {
            throw new IllegalArgumentException(
                    "backward: the gradient is " + gradient.describe() + ", expected the shape of "
                            + describe());
        }
        try (TensorOptional given = new TensorOptional(gradient.raw());
                TensorVector all = new TensorVector();
                BoolOptional keepGraph = new BoolOptional()) {
            raw()._backward(all, given, keepGraph, false);
        }
    }

    /** The gradient that a backward left at this leaf. */
    public Tensor grad() {
        return hasGrad().orElseThrow(
                () -> new IllegalStateException("no gradient at " + describe() + ": backward has not reached it"));
    }

    /** As {@link #grad}, with zeros where the differentiated value did not depend on this leaf. */
    public Tensor gradOrZeros() {
        return hasGrad().orElseGet(() -> Tensors.zerosLike(this));
    }

    private Optional<Tensor> hasGrad() {
        org.bytedeco.pytorch.Tensor gradient = raw().grad();
        if (gradient.defined()) {
            return Optional.of(wrap(gradient));
        }
        gradient.close();
        return Optional.empty();
    }

    // values out, one transfer each

    /** The only element, as a double. */
    public double item() { return raw().item_double(); }

    public float[] toFloats() {
        try (Tensor host = hostCopy(DType.FLOAT32)) {
            return host.memory().toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    public double[] toDoubles() {
        try (Tensor host = hostCopy(DType.FLOAT64)) {
            return host.memory().toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    public long[] toLongs() {
        try (Tensor host = hostCopy(DType.INT64)) {
            return host.memory().toArray(ValueLayout.JAVA_LONG);
        }
    }

    /** A contiguous copy or view on the CPU in the given type; the caller closes it. */
    public Tensor hostCopy(DType dtype) {
        try (var placed = raw().to(Types.device(Device.CPU), Types.of(dtype)); var detached = placed.detach()) {
            return owned(detached.contiguous());
        }
    }

    /**
     * The bytes of a contiguous CPU tensor, without a copy; valid as long as the tensor is open.
     *
     * @throws IllegalStateException for a tensor elsewhere or with strides, which is not {@link #isPlain plain}
     */
    public MemorySegment memory() {
        if (!isPlain()) {
            throw new IllegalStateException("memory() of " + describe() + ": expected a contiguous tensor on the cpu");
        }
        long bytes = count() * dtype().bytes();
        return bytes == 0 ? MemorySegment.NULL : MemorySegment.ofAddress(raw().data_ptr().address()).reinterpret(bytes);
    }

    public boolean isPlain() { return !raw().is_cuda() && raw().is_contiguous(); }

    /** Type, shape and device in words. */
    public String describe() {
        return dtype() + Arrays.toString(shape()) + " on " + device();
    }

    @Override
    public String toString() { return closed ? "Tensor(closed)" : "Tensor(" + describe() + ")"; }
}
