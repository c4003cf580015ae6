package dev.hone.train;

import dev.hone.model.Load;
import dev.hone.model.TokenHead;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a micro-batch takes beside weights and optimizer, in bytes: the one model of it, by which a run chooses how it is cut and
 * {@code hone plan} foretells. It follows what the tape keeps; left out are norms' statistics, positions and scratch memory of a
 * few megabytes.
 *
 * @param load what a token costs
 * @param adapter what stands beside the layers
 * @param bytes of a number
 * @param sequences of the micro-batch
 * @param frozen layers at the bottom that backward never reaches
 */
record StepMemory(Load load, Adapting adapter, int bytes, Sequences sequences, int frozen) {
    /** Tokens that go through together at most: larger products gain nothing on a CPU, and smaller results stay nearer to its caches. */
    static final int MOST_TOKENS = 4096;
    /** A process that has loaded a model and made steps: Java's heap and code, libraries, compiled kernels. */
    static final long PROCESS = 420_000_000;
    /**
     * What the C library keeps beside the blocks that are in use, as a share of them: blocks below 32 MB lie in heaps that it gives
     * back seldom, with gaps between them. Measured, from 0.1 to 0.45; it depends on the order in which blocks come and go.
     */
    private static final double GAPS = 0.33;
    /** Pieces of dequantised weights: one of a forward and one of a backward product. */
    private static final long SCRATCH = 20L << 20;

    /**
     * An adapter's part.
     *
     * @param kept numbers that a token keeps in all layers
     * @param passing bytes that the gradient of a token takes beside what it takes without an adapter
     * @param scratch bytes, whatever the tokens
     */
    record Adapting(long kept, long passing, long scratch) {
        static final Adapting NONE = new Adapting(0, 0, 0);

        /**
         * @param dropout whether what the adapter reads is dropped, whose gradient is then taken apart
         * @param quantised whether products with frozen matrices are summed in float32, piece by piece
         */
        static Adapting of(long kept, Load load, int bytes, boolean dropout, boolean quantised) {
            return new Adapting(kept, load.widest() * ((dropout ? 2L * bytes : 0) + (quantised ? 4 : 0)),
                    quantised ? SCRATCH : 0);
        }
    }

    /**
     * What goes through the model together.
     *
     * @param longest tokens of the longest sequence, which decide the attention weights that are kept
     * @param uniform whether all are that long; else they are at most
     * @param virtual learned tokens that go before each sequence; those of a prefix, keys and values alone, count as much
     */
    record Sequences(int longest, boolean uniform, int virtual) {
        /** How many go through the layers where so many are given. */
        long through(long tokens) {
            return tokens + Math.ceilDiv(tokens, Math.max(1, longest)) * virtual;
        }

        int length() { return longest + virtual; }
    }

    /**
     * How layers are kept.
     *
     * @param again of the layers that backward reaches those that keep their input alone and are computed twice
     * @param inner whether the rest compute the inside of their feed-forward twice
     * @param away whether the inputs of the former lie elsewhere until backward
     */
    record Keeping(int again, boolean inner, boolean away) {
        static final Keeping ALL = new Keeping(0, false, false);
    }

    /**
     * Bytes of gradients.
     *
     * @param before that an earlier micro-batch of the step left
     * @param after when backward ends
     */
    record Gradients(long before, long after) {}

    /**
     * What the C library keeps between blocks.
     *
     * @param start bytes that were read and freed before the first step
     */
    static long gaps(List<StepMemory> models, long tokens, Keeping keeping, long start) {
        return (long) (GAPS * (start + kept(models, tokens, keeping)));
    }

    /** Bytes of the weights in float32, which are read once, for masters of what trains in fewer. */
    static long start(long numbers, int bytes) {
        return bytes < Float.BYTES ? numbers * Float.BYTES : 0;
    }

    static long kept(List<StepMemory> models, long tokens, Keeping keeping) {
        return models.stream().mapToLong(model -> model.kept(tokens, keeping)).sum();
    }

    /** What all layers keep of a micro-batch until backward. */
    long kept(long tokens, Keeping keeping) {
        int reached = Math.max(0, load.layers() - frozen);
        int again = Math.min(keeping.again(), reached);
        long layer = layer(tokens) - (keeping.inner() ? inner(tokens) : 0);
        return layer * (reached - again) + (keeping.away() ? 0 : input(tokens) * again);
    }

    /** What the layer at work takes beside it in backward, with the rows behind the last layer and their gradient. */
    long working(long tokens, Keeping keeping) {
        long again = keeping.again() > 0
                ? layer(tokens)
                : keeping.inner() ? inner(tokens) : 0;
        return again + (load.working() * bytes + adapter.passing()) * sequences.through(tokens) + adapter.scratch()
                + 2 * input(tokens);
    }

    private long input(long tokens) { return (long) load.hidden() * bytes * sequences.through(tokens); }

    private long inner(long tokens) { return load.inner() * bytes * sequences.through(tokens); }

    private long layer(long tokens) {
        long through = sequences.through(tokens);
        return (load.activations() + adapter.kept() / load.layers()) * bytes * through + scores(through) * bytes;
    }

    /** Attention weights that a layer keeps. */
    private long scores(long through) {
        long all = load.scores(sequences.length()) * through / sequences.length();
        return all <= Load.mostScores() ? all : sequences.uniform() ? 0 : Load.mostScores();
    }

    /** One layer's results where nothing is kept for backward. */
    long reading(long tokens) {
        return layer(tokens) + working(tokens, Keeping.ALL);
    }

    /** When forward has ended: what is kept by all models through which the tokens went, and what the head or a layer takes. */
    static long ahead(List<StepMemory> models, long tokens, Keeping keeping, long head) {
        return kept(models, tokens, keeping) + Math.max(head, working(models, tokens, keeping));
    }

    /** When backward has come to the last layer that it reaches. */
    static long behind(List<StepMemory> models, long tokens, Keeping keeping) {
        long last = models.stream().mapToLong(model -> keeping.again() > 0 ? model.input(tokens) : model.layer(tokens))
                .max().orElse(0);
        return last + working(models, tokens, keeping);
    }

    /** The larger of both with the gradients that are there then. */
    static long peak(List<StepMemory> models, long tokens, Keeping keeping, long head, Gradients gradients) {
        return Math.max(gradients.before() + ahead(models, tokens, keeping, head),
                gradients.after() + behind(models, tokens, keeping));
    }

    private static long working(List<StepMemory> models, long tokens, Keeping keeping) {
        return models.stream().mapToLong(model -> model.working(tokens, keeping)).max().orElse(0);
    }

    /**
     * What heads over the vocabulary take: of the one at work its {@link Table#peak}, of the others what they keep until backward.
     *
     * @param tokens that are read
     */
    static long head(long tokens, List<Table> tables) {
        long kept = tables.stream().mapToLong(table -> table.kept(tokens)).sum();
        return tables.stream().mapToLong(table -> table.peak(tokens) + kept - table.kept(tokens)).max().orElse(0);
    }

    /**
     * The matrix of a head over the vocabulary.
     *
     * @param vocabulary V
     * @param width of the rows that it reads
     * @param bytes of a number
     * @param trains whether it collects a gradient
     * @param several whether an earlier micro-batch gave it one
     */
    record Table(int vocabulary, int width, int bytes, boolean trains, boolean several, boolean onCpu) {
        /** The language-model head, then heads for Q, in float32, whose outputs read rows twice as wide. */
        static List<Table> of(Table speaking, int heads) {
            Table judging = new Table(speaking.vocabulary, 2 * speaking.width, Float.BYTES, true, speaking.several,
                    speaking.onCpu);
            return Stream.concat(Stream.of(speaking), Stream.generate(() -> judging).limit(heads - 1L)).toList();
        }

        private long chunk() { return TokenHead.chunkRows(vocabulary, bytes); }

        private long row() {
            return vocabulary * (bytes + (onCpu ? 0L : 12L)) // three float32 copies elsewhere
                    + 2L * width * bytes;
        }

        /** Scores of all tokens where they are one chunk, else none: they are made again. */
        private long kept(long tokens) {
            return tokens <= chunk() ? tokens * row() : 0;
        }

        /**
         * A chunk of scores, which becomes its own gradient where a kernel of ours reads it, the rows that it reads, and what it
         * gives to the gradient of the matrix.
         */
        private long peak(long tokens) {
            long numbers = trains ? (long) vocabulary * width : 0;
            long given = numbers * bytes;
            long widened = numbers * Float.BYTES; // what is given is widened when it is added to a sum
            if (several) {
                return Math.min(tokens, chunk()) * row() + given + widened;
            }
            long first = Math.min(tokens, chunk()) * row() + given;
            return tokens <= chunk()
                    ? first
                    : Math.max(first, Math.min(tokens - chunk(), chunk()) * row() + given + 2 * widened);
        }
    }
}
