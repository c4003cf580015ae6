package dev.hone.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a forward pass did, so that its gradient can be taken. Each op computes its result and leaves a step that turns the
 * result's gradient into the gradients of its inputs and parameters; {@link #backward} runs the steps in reverse order and
 * frees each result as soon as nothing needs it any more. The backward maths is written beside the forward maths: fewer
 * passes over memory than a general autograd makes, and nothing is kept that the formula does not use. A piece that has no
 * hand-written gradient goes through {@link #composed}.
 *
 * <p>An {@linkplain #inference() inference} tape runs the same ops and keeps nothing.
 */
public final class Tape {
    private final boolean recording;
    private final boolean training;
    private final Randomness randomness;
    private final ArrayList<Runnable> steps = new ArrayList<>();
    private final Map<Tensor, Slot> slots = new IdentityHashMap<>();
    private final Set<Parameter> declared = Collections.newSetFromMap(new IdentityHashMap<>());

    /** The gradient of one tracked tensor; several slots may share one gradient. */
    private static final class Slot {
        @Nullable
        Gradient gradient;
    }

    private static final class Gradient {
        final Tensor sum;
        int holders = 1;

        Gradient(Tensor sum) { this.sum = sum; }

        void drop() {
            if (--holders == 0) {
                sum.close();
            }
        }
    }

    private Tape(boolean recording, boolean training, Randomness randomness) {
        this.recording = recording;
        this.training = training;
        this.randomness = randomness;
    }

    /** A tape for a training pass; dropout and noise draw from the given source. */
    public static Tape training(Randomness randomness) {
        return new Tape(true, true, randomness);
    }

    /** A tape that records gradients but applies no dropout and no noise. */
    public static Tape gradients() {
        return new Tape(true, false, Randomness.of(0));
    }

    /** A tape that applies dropout and noise as a training pass from the same source would, and keeps nothing. */
    public static Tape rehearsal(Randomness randomness) {
        return new Tape(false, true, randomness);
    }

    /** A tape that keeps nothing. */
    public static Tape inference() { return new Tape(false, false, Randomness.of(0)); }

    /** A tape that keeps nothing and draws from this one's source, for a piece below everything that trains. */
    public Tape quiet() {
        return new Tape(false, training, randomness);
    }

    /** Whether dropout and noise apply. */
    public boolean isTraining() { return training; }

    public boolean isRecording() { return recording; }

    public Randomness randomness() { return randomness; }

    /** Whether a gradient will be wanted for this tensor. */
    public boolean tracks(Tensor tensor) {
        return slots.containsKey(tensor);
    }

    /** Declares an input whose gradient is wanted; read it with {@link #gradient} after backward. */
    public Tensor track(Tensor input) {
        if (recording) {
            slots.putIfAbsent(input, new Slot());
        }
        return input;
    }

    /**
     * Leaves the backward step of an op.
     *
     * @param output the op's result
     * @param backward is given the gradient of the result, in a scope of its own, and calls {@link #give} and
     *     {@link Parameter#accumulate}
     * @return the result
     */
    public Tensor record(Tensor output, Consumer<Tensor> backward) {
        if (recording) {
            slots.put(output, new Slot());
            steps.add(() -> undo(output, backward));
        }
        return output;
    }

    /** As {@link #record(Tensor, Consumer)} for an op of one input and no parameters: nothing is kept where no gradient is wanted. */
    public Tensor record(Tensor output, Tensor input, Consumer<Tensor> backward) {
        return tracks(input) ? record(output, backward) : output;
    }

    /**
     * Says that everything which reads these parameters on this tape comes after this point: when {@link #run} comes back to
     * it, their gradients are complete and {@code complete} is called with them. Parameters named at an earlier point of the
     * tape already are left to that one.
     */
    public void before(List<Parameter> parameters, Consumer<List<Parameter>> complete) {
        if (!recording) {
            return;
        }
        List<Parameter> first = parameters.stream().filter(declared::add).toList();
        if (!first.isEmpty()) {
            steps.add(() -> complete.accept(first));
        }
    }

    /**
     * Frees a result early: the caller knows that no backward step reads its value. Its gradient still flows. Does nothing
     * on a tape that keeps nothing.
     */
    public void forget(Tensor result) {
        if (recording && tracks(result)) {
            result.close();
        }
    }

    /** Adds to the gradient of an input of the step that is running; ignored for a tensor that is not tracked. */
    public void give(Tensor input, Tensor gradient) {
        Slot slot = slots.get(input);
        if (slot == null) {
            return;
        }
        Gradient sum = slot.gradient;
        if (sum == null) {
            slot.gradient = new Gradient(Scope.release(gradient));
        } else if (sum.holders == 1) {
            sum.sum.addInPlace(gradient);
        } else {
            slot.gradient = new Gradient(Scope.release(sum.sum.add(gradient)));
            sum.drop();
        }
    }

    /** x + y of one shape, the residual connection. Both inputs share the result's gradient without a copy. */
    public Tensor add(Tensor x, Tensor y) {
        Tensor sum = x.add(y);
        if (!tracks(x) && !tracks(y)) {
            return sum;
        }
        Slot slot = new Slot();
        if (recording) {
            slots.put(sum, slot);
            steps.add(() -> undo(sum, gradient -> {
                share(slot, x);
                share(slot, y);
            }));
        }
        return sum;
    }

    private void share(Slot from, Tensor input) {
        Gradient gradient = from.gradient;
        Slot slot = slots.get(input);
        if (slot == null || gradient == null) {
            return;
        }
        if (slot.gradient == null) {
            gradient.holders++;
            slot.gradient = gradient;
        } else {
            give(input, gradient.sum);
        }
    }

    /** Gives the gradient of one result and {@linkplain #run() runs} every step. */
    public void backward(Tensor output, Tensor gradient) {
        give(output, gradient.copy());
        run();
    }

    /**
     * Runs every step in reverse from the gradients {@linkplain #give given} to results. Results and their gradients are
     * freed on the way; the gradients of {@linkplain #track tracked} inputs remain.
     */
    public void run() {
        while (!steps.isEmpty()) {
            steps.removeLast().run();
        }
    }

    private void undo(Tensor output, Consumer<Tensor> backward) {
        Slot slot = slots.remove(output);
        if (slot != null && slot.gradient != null) {
            try (Scope scope = Scope.open()) {
                backward.accept(slot.gradient.sum);
            }
            slot.gradient.drop();
        }
        output.close();
    }

    /** The gradient left at a {@linkplain #track tracked} input, handed to the open scope; zeros where none arrived. */
    public Tensor gradient(Tensor input) {
        Slot slot = slots.remove(input);
        if (slot == null) {
            throw new IllegalStateException(
                    "no gradient was asked for " + input + ": track it before the forward pass");
        }
        return slot.gradient == null ? Tensors.zerosLike(input) : Scope.adopt(slot.gradient.sum);
    }

    /**
     * A piece written in plain tensor ops, differentiated by libtorch. Parameters used inside must be frozen or read through
     * tracked inputs.
     */
    public Tensor composed(Tensor input, UnaryOperator<Tensor> piece) {
        if (!tracks(input)) {
            return piece.apply(input);
        }
        Tensor leaf = input.leaf();
        Tensor inside = piece.apply(leaf);
        return record(inside.detach(), gradient -> {
            inside.backward(gradient);
            give(input, leaf.grad());
        });
    }

    /**
     * A piece whose inner results are not kept: backward runs it again. Costs one more forward, saves its activations.
     *
     * @param input the piece's only tracked input
     * @param piece the ops, on whichever tape they are given
     */
    public Tensor checkpoint(Tensor input, Piece piece) {
        return checkpoint(input, ActivationMemory.RESIDENT, piece);
    }

    /**
     * As {@link #checkpoint(Tensor, Piece)} with the input moved away until backward. Nobody else may read its value: it is
     * closed.
     */
    public Tensor checkpoint(Tensor input, ActivationMemory memory, Piece piece) {
        Randomness before = randomness.copy();
        Tape quiet = new Tape(false, training, randomness);
        Tensor output = Scope.tidy(() -> piece.run(quiet, input));
        if (!recording) {
            return output;
        }
        Device device = input.device();
        Optional<Tensor> away = memory.keep(input);
        away.ifPresent(kept -> input.close());
        return record(output, gradient -> {
            Tape again = new Tape(true, training, before);
            Tensor near = away.map(kept -> kept.to(device)).orElse(input);
            boolean wanted = tracks(input);
            if (wanted) {
                again.track(near);
            }
            Tensor result = piece.run(again, near);
            again.backward(result, gradient);
            if (wanted) {
                give(input, again.gradient(near));
            }
            away.ifPresent(Tensor::close);
        });
    }

    /** Ops from one input to one output on a given tape. */
    @FunctionalInterface
    public interface Piece {
        Tensor run(Tape tape, Tensor input);
    }
}
