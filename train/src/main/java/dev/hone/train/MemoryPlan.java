package dev.hone.train;

import dev.hone.model.Load;
import dev.hone.model.Model;
import dev.hone.tensor.Machine;
import dev.hone.tensor.Parameter;

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
     * Makes a plan.
     *
     * @param longestRow tokens of the longest row, which cannot be cut
     * @param optimizerBytesPerParameter moments and masters
     */
    public static MemoryPlan of(Model policy, TrainingSettings settings, int longestRow,
            int optimizerBytesPerParameter) {
        long parameters = policy.parameters().stream().map(Parameter::value).mapToLong(value -> value.count()).sum();
        int bytes = policy.dtype().bytes();
        long fixed = parameters * (bytes + 4L + optimizerBytesPerParameter);
        Load load = policy.backbone().load();
        long perLayer = (load.activations() + scores(load, longestRow)) * bytes;
        int layers = load.layers();
        long head = HEAD_COPIES * bytes * Math.min(HEAD_ELEMENTS, HEAD_ROWS * policy.backbone().vocabulary());
        long available = (long) (SHARE * Machine.memoryAvailable()) - fixed - head - KERNELS;
        int wanted = settings.microbatchTokens() > 0
                ? settings.microbatchTokens()
                : Math.max(longestRow, fitting(available, perLayer * layers));
        int checkpointed = checkpointed(settings, available, perLayer, layers, Math.max(wanted, longestRow));
        long inputs = (long) bytes * load.hidden() * checkpointed; // all that a recomputed layer keeps
        long working = checkpointed == 0 ? perLayer : 2 * perLayer; // made again, and its gradients
        return new MemoryPlan(wanted, checkpointed, fixed, perLayer * (layers - checkpointed) + inputs + working,
                head + KERNELS);
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
        if (settings.gradientCheckpointing().never()) {
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
