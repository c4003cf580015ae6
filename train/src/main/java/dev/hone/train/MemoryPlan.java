package dev.hone.train;

import dev.hone.model.Adapter;
import dev.hone.model.Load;
import dev.hone.model.Model;
import dev.hone.model.QuantisedWeight;
import dev.hone.tensor.Machine;
import dev.hone.tensor.Parameter;
import java.util.List;

/**
 * What a step will take, estimated before it runs, and what follows: how many tokens go through the model together, and how
 * many layers keep nothing and run again in backward.
 *
 * @param microbatchTokens tokens that go through together
 * @param checkpointedLayers layers that run again
 * @param fixedBytes weights, gradients, optimizer state
 * @param bytesPerToken what one token keeps until backward, in all layers, and what the layer at work takes
 * @param passingBytes a chunk of the head's scores with its gradient, and the kernels
 */
public record MemoryPlan(int microbatchTokens, int checkpointedLayers, long fixedBytes, long bytesPerToken,
        long passingBytes) {
    /** Larger products than this gain nothing on a CPU, and smaller results stay nearer to its caches. */
    private static final int LARGEST = 4096;
    private static final int SMALLEST = 512;
    private static final double SHARE = 0.7;
    /** Scores, their gradient and the product that makes it: the head's chunks are at most this large, at any time three. */
    private static final long HEAD_ROWS = 4096;
    private static final long HEAD_ELEMENTS = 80L << 20;
    private static final long HEAD_COPIES = 3;
    /** What the process grows by whatever the model: compiled kernels, work space of the products, Java's own. */
    private static final long KERNELS = 64L << 20;

    /**
     * What bounds a micro-batch.
     *
     * @param longestRow tokens of the longest row, which cannot be cut
     * @param microbatchTokens tokens that shall go through together; 0 = chosen by the plan
     */
    public record Cut(int longestRow, int microbatchTokens) {}

    /**
     * Makes a plan.
     *
     * @param optimizerBytes of moments and masters that lie in this memory
     * @param frozenLayers layers at the bottom that backward never reaches
     */
    public static MemoryPlan of(Model policy, TrainingSettings settings, Cut cut, long optimizerBytes,
            int frozenLayers) {
        int bytes = policy.dtype().bytes();
        int longestRow = cut.longestRow();
        int before = policy.adapter().map(Adapter::virtualTokens).orElse(0); // go through with every sequence
        long fixed = weights(policy) + policy.quantised().stream().mapToLong(QuantisedWeight::bytes).sum()
                + gradients(policy, settings.optimFusedBackward()) * 4 + optimizerBytes;
        Load load = policy.backbone().load();
        long whole = (load.activations() + beside(policy) / load.layers() + scores(load, longestRow + before)) * bytes
                * (longestRow + before) / Math.max(1, longestRow);
        long perLayer = settings.gradientCheckpointing().inner() ? whole - load.inner() * bytes : whole;
        int layers = load.layers() - frozenLayers;
        long head = HEAD_COPIES * (bytes + 4L * (policy.vocabularyHeads() - 1))
                * Math.min(HEAD_ELEMENTS, HEAD_ROWS * policy.backbone().vocabulary());
        long available = (long) (SHARE * Machine.memoryAvailable()) - fixed - head - KERNELS;
        int wanted = cut.microbatchTokens() > 0
                ? cut.microbatchTokens()
                : Math.max(longestRow, fitting(available, perLayer * layers));
        int checkpointed = checkpointed(settings, available, perLayer, layers, Math.max(wanted, longestRow));
        long inputs = settings.activationOffloading() ? 0 : (long) bytes * load.hidden() * checkpointed; // all that is kept
        long working = checkpointed == 0 && perLayer == whole ? whole : 2 * whole; // made again, and its gradients
        return new MemoryPlan(wanted, checkpointed, fixed, perLayer * (layers - checkpointed) + inputs + working,
                head + KERNELS);
    }

    /** What an adapter makes a token keep. That a frozen projection reads its input no more in backward is left out: the adapter does. */
    private static long beside(Model policy) {
        return policy.adapter().map(Adapter::activations).orElse(0L);
    }

    private static long weights(Model policy) {
        return policy.parameters().stream().map(Parameter::value)
                .mapToLong(value -> value.count() * value.dtype().bytes())
                .sum();
    }

    /** Numbers that lie as gradients at a time; where layers step at once, those of one layer and of what is in none. */
    private static long gradients(Model policy, boolean fusedBackward) {
        List<List<Parameter>> layers = policy.backbone().layers();
        long inLayers = layers.stream().flatMap(List::stream).filter(Parameter::trainable)
                .mapToLong(parameter -> parameter.value().count()).sum();
        long all = policy.parameterCount();
        return fusedBackward ? all - inLayers + inLayers / layers.size() : all;
    }

    /** What a step takes at its peak, as far as the plan knows. */
    public long totalBytes() {
        return fixedBytes + microbatchBytes();
    }

    /** What a micro-batch takes beside them. */
    public long microbatchBytes() {
        return bytesPerToken * microbatchTokens + passingBytes;
    }

    /** The plan in one line, told before a run starts. */
    public String describe(int layers) {
        return String.format(java.util.Locale.ROOT,
                "memory plan: %.2f GB for weights, gradients and optimizer, up to %.2f GB for a micro-batch of %d tokens%s",
                fixedBytes / 1e9, microbatchBytes() / 1e9, microbatchTokens,
                checkpointedLayers == 0 ? "" : ", " + checkpointedLayers + " of " + layers + " layers computed twice");
    }

    private static int fitting(long available, long bytesPerToken) {
        return (int) Math.clamp(available / Math.max(1, bytesPerToken), SMALLEST, LARGEST);
    }

    private static int checkpointed(TrainingSettings settings, long available, long perLayer, int layers, int tokens) {
        if (settings.gradientCheckpointing().always()) {
            return layers;
        }
        if (settings.gradientCheckpointingLayers() >= 0) {
            return Math.min(settings.gradientCheckpointingLayers(), layers);
        }
        if (settings.gradientCheckpointing().never() || settings.gradientCheckpointing().inner()) {
            return 0;
        }
        long kept = available / Math.max(1, perLayer * tokens) - 1; // layers whose inner results fit beside the one at work
        return (int) Math.clamp(layers - kept, 0, layers);
    }

    /** Attention weights that one token keeps in one layer, at most. */
    private static long scores(Load load, int longestRow) {
        return Math.min((long) load.heads() * longestRow, 32768);
    }
}
