package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.SafetensorsWriter;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Heads that say what states and tokens are worth, on a policy's own hidden states: one for V, one or two for Q, and a copy of
 * each Q head that follows it slowly (implicit language Q-learning, arXiv 2206.11871 §4). Their weights are float32, since a
 * slow copy moves by less than a bf16 number can tell. They lie beside the weights of the policy, under the names that trlX
 * gives them.
 */
public final class ActionValues implements AutoCloseable {
    /** The file in a model's folder. */
    public static final String FILE = "ilql_heads.safetensors";
    private static final String Q = "q_heads.";
    private static final String TARGET = "target_q_heads.";

    private final ScalarHead value;
    private final List<QHead> heads;
    private final List<QHead> targets;

    private ActionValues(ScalarHead value, List<QHead> heads, List<QHead> targets) {
        this.value = value;
        this.heads = List.copyOf(heads);
        this.targets = List.copyOf(targets);
        followers().forEach(parameter -> parameter.trainable(false));
    }

    /**
     * Fresh heads, whose slow copies equal them.
     *
     * @param count of Q heads, at least 1
     */
    public static ActionValues fresh(Decoder policy, int count, long seed) {
        ActionValues made = make(policy, count,
                ParameterSource.random(seed, ScalarHead.wide(policy.dtype()), policy.device()));
        made.follow(1);
        return made;
    }

    private static ActionValues make(Decoder policy, int count, ParameterSource source) {
        if (count < 1) {
            throw new IllegalArgumentException(count + " Q heads: expected at least 1");
        }
        return new ActionValues(value(policy, source), heads(Q, policy, count, source),
                heads(TARGET, policy, count, source));
    }

    private static ScalarHead value(Decoder policy, ParameterSource source) {
        return ScalarHead.make(HeadPlan.STATE_VALUE, policy.width(), 1, source,
                1 / Math.sqrt(3.0 * policy.width())); // the deviation of PyTorch's uniform start
    }

    private static List<QHead> heads(String prefix, Decoder policy, int count, ParameterSource source) {
        return IntStream.range(0, count)
                .mapToObj(i -> QHead.make(prefix + i, policy.width(), policy.vocabulary(), source)).toList();
    }

    /** Whether a folder has such heads. */
    public static boolean areIn(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /**
     * The heads that lie beside a policy's weights.
     *
     * @throws ModelException where there are none, or they belong to another model
     */
    public static ActionValues load(Path folder, Decoder policy) {
        try (CheckpointSource source = stored(folder, policy, List.of())) {
            int count = count(source);
            ActionValues loaded = make(policy, count, source);
            source.finish();
            return loaded;
        }
    }

    /** As {@link #load} without the Q heads that learn, of which {@link #advantages} need only the slow copies. */
    public static ActionValues forWriting(Path folder, Decoder policy) {
        try (CheckpointSource source = stored(folder, policy, List.of(Q))) {
            ActionValues loaded = new ActionValues(value(policy, source), List.of(),
                    heads(TARGET, policy, count(source), source));
            source.finish();
            return loaded;
        }
    }

    private static int count(CheckpointSource source) {
        int count = 0;
        while (source.shape(TARGET + count + ".0.weight").isPresent()) {
            count++;
        }
        return Math.max(1, count); // of a file without any, the first is told to be missing
    }

    private static CheckpointSource stored(Path folder, Decoder policy, List<String> unread) {
        if (!areIn(folder)) {
            throw new ModelException("no " + FILE + " in " + folder
                    + ": expected the folder of a model that hone ilql trained, which has heads for Q and V beside its"
                    + " weights");
        }
        return CheckpointSource.beside(folder, FILE, unread, policy);
    }

    /** Writes the heads into a folder, with the values that {@code weights} gives. */
    public void save(Path folder, Function<Parameter, Tensor> weights) {
        ModelFolder.create(folder);
        SafetensorsWriter.write(folder.resolve(FILE), parameters().map(parameter -> entry(parameter, weights)).toList(),
                SafetensorsWriter.PYTORCH);
    }

    /** Copies the heads of one model folder into another, where it has any. */
    static void copy(Path from, Path to) {
        if (areIn(from)) {
            try {
                Files.copy(from.resolve(FILE), to.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new ModelException("cannot copy " + from.resolve(FILE) + " to " + to + ": " + e.getMessage(), e);
            }
        }
    }

    private static SafetensorsEntry entry(Parameter parameter, Function<Parameter, Tensor> weights) {
        return new SafetensorsEntry(parameter.name(), DType.FLOAT32, parameter.value().shape(), reader -> {
            try (Scope scope = Scope.open(); Tensor host = weights.apply(parameter).hostCopy(DType.FLOAT32)) {
                reader.accept(host.memory());
            }
        });
    }

    /** The Q heads that learn. */
    public List<QHead> heads() { return heads; }

    /**
     * V of the state after every token, [T, 1] float32.
     *
     * @param hidden [T, D]
     */
    public Tensor values(Tape tape, Tensor hidden) { return value.scores(tape, hidden); }

    /** The smallest of the slow Qs of every token that carries loss, [P]; not differentiable. */
    public Tensor targets(Tensor hidden, Rows rows) {
        return Scope.tidy(() -> least(head -> head.values(hidden, rows)));
    }

    /**
     * How much better each token is than its state, slow Q − V, for few states.
     *
     * @param hidden [R, D]
     * @return [R, V]
     */
    public Tensor advantages(Tensor hidden) {
        return Scope.tidy(() -> least(head -> head.scores(hidden)).sub(values(Tape.inference(), hidden)));
    }

    private Tensor least(Function<QHead, Tensor> said) {
        return targets.stream().map(said).reduce(Tensor::minimum).orElseThrow();
    }

    /**
     * Moves the slow copies: α·Q + (1−α)·copy.
     *
     * @param alpha in (0, 1]
     */
    public void follow(double alpha) {
        List<Parameter> leaders = heads.stream().flatMap(QHead::parameters).toList();
        List<Parameter> followers = followers();
        for (int i = 0; i < leaders.size(); i++) {
            try (Scope scope = Scope.open()) {
                Tensor copy = followers.get(i).value();
                copy.mulInPlace(1 - alpha);
                copy.addInPlace(leaders.get(i).value(), alpha);
            }
        }
    }

    /** The slow copies' parameters, which are frozen. */
    public List<Parameter> followers() {
        return targets.stream().flatMap(QHead::parameters).toList();
    }

    /** All parameters, those of V first, those of the slow copies last. */
    public Stream<Parameter> parameters() {
        List<Parameter> all = new ArrayList<>(value.parameters().toList());
        heads.forEach(head -> head.parameters().forEach(all::add));
        all.addAll(followers());
        return all.stream();
    }

    @Override
    public void close() { parameters().forEach(Parameter::close); }
}
