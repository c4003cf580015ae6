package dev.hone.model;

import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * A backbone with a head that gives numbers: rewards, costs, values, classes. It lies in a folder as Hugging Face's
 * {@code …ForSequenceClassification} does, without a language-model head. A sequence is scored at its own last token (or
 * first, or mean), wherever it lies in a batch.
 */
public final class RewardModel implements Model {
    private final ScoreFamily family;
    private final Backbone backbone;
    private final ScalarHead head;
    private final Pooling pooling;
    private final OptionalInt padToken;
    private final List<String> fresh;
    private final Modules modules;
    private Optional<ScoreNormaliser> normaliser;

    private RewardModel(ScoreFamily family, Backbone backbone, ScalarHead head, HeadOptions options,
            List<String> fresh) {
        HubConfig config = backbone.config();
        this.family = family;
        this.backbone = backbone;
        this.head = head;
        this.pooling = options.pooling().or(() -> ScoreConfig.pooling(config)).orElse(family.pooling());
        this.padToken = options.padToken().isPresent() ? options.padToken() : ScoreConfig.padToken(config);
        this.fresh = fresh;
        this.modules = new Modules(body(backbone), head.linears().toList(),
                Stream.concat(backbone.parameters().stream(), head.parameters()).toList());
        this.normaliser = ScoreConfig.normaliser(config).filter(found -> found.labels() == head.labels());
    }

    /**
     * Opens a saved reward model; its head must be there.
     *
     * @param dtype the type to compute the backbone in, whatever the files hold
     * @throws ModelException when files are missing or config and tensors disagree
     */
    public static RewardModel load(Path folder, DType dtype, Device device) {
        return load(folder, dtype, device, Quantisation.NONE);
    }

    /** As {@link #load(Path, DType, Device)} with the matrices of the layers quantised, but not the head. */
    public static RewardModel load(Path folder, DType dtype, Device device, Quantisation quantisation) {
        HubConfig config = HubConfig.read(folder);
        HeadOptions options = HeadOptions.reward(0).withLabels(ScoreConfig.labels(config));
        ScoreFamily family = ScoreFamily.of(config);
        try (CheckpointSource source = CheckpointSource.open(folder, family.names(), dtype, device)) {
            if (source.shape(output(family)).isEmpty()) {
                throw new ModelException("no " + output(family) + " in " + folder
                        + ": expected a model with a score head ("
                        + family.label() + "ForSequenceClassification). Give the folder of a trained reward model, or"
                        + " train one from this folder");
            }
            Backbone backbone = family.body().make(config, source.quantising(quantisation), dtype, device);
            ScalarHead head = head(family, backbone, options, source);
            source.finish();
            return new RewardModel(family, backbone, head, options, List.of());
        }
    }

    /**
     * Makes a reward model of any folder: a causal or base model gets a fresh head ({@link #fresh} says so), a reward model
     * keeps its own.
     *
     * @throws ModelException when files are missing, config and tensors disagree, or there is a head of other labels
     */
    public static RewardModel start(Path folder, HeadOptions options, DType dtype, Device device) {
        return start(folder, options, dtype, device, Quantisation.NONE);
    }

    /** As {@link #start(Path, HeadOptions, DType, Device)} with the matrices of the layers quantised, but not the head. */
    public static RewardModel start(Path folder, HeadOptions options, DType dtype, Device device,
            Quantisation quantisation) {
        HubConfig config = HubConfig.read(folder);
        ScoreFamily family = ScoreFamily.of(config);
        requirePadToken(config, options);
        try (CheckpointSource checkpoint = CheckpointSource.open(folder, family.names(), dtype, device)) {
            checkpoint.shape(output(family)).ifPresent(shape -> requireLabels(shape, family, options, folder));
            FreshWhereMissing source = new FreshWhereMissing(checkpoint,
                    ParameterSource.random(options.seed(), dtype, device));
            Backbone backbone = family.body().make(config, checkpoint.quantising(quantisation), dtype, device);
            ScalarHead head = head(family, backbone, options, source);
            source.finish();
            return new RewardModel(family, backbone, head, options, source.fresh());
        }
    }

    /** A model with fresh weights. */
    public static RewardModel random(HubConfig config, HeadOptions options, DType dtype, Device device) {
        ScoreFamily family = ScoreFamily.of(config);
        requirePadToken(config, options);
        ParameterSource source = ParameterSource.random(options.seed(), dtype, device);
        Backbone backbone = family.body().make(config, source, dtype, device);
        ScalarHead head = head(family, backbone, options, source);
        return new RewardModel(family, backbone, head, options,
                head.parameters().flatMap(parameter -> parameter.slices().stream()).map(Parameter.Slice::name)
                        .toList());
    }

    private static ScalarHead head(ScoreFamily family, Backbone backbone, HeadOptions options,
            ParameterSource source) {
        return ScalarHead.make(family.head(), backbone.width(), options.labels(), source,
                backbone.config().number("initializer_range", 0.02));
    }

    private static String output(ScoreFamily family) { return family.head().output() + ".weight"; }

    private static void requireLabels(long[] shape, ScoreFamily family, HeadOptions options, Path folder) {
        if (shape.length != 2 || shape[0] != options.labels()) {
            throw new ModelException(output(family) + " in " + folder + " is " + Arrays.toString(shape) + ", expected "
                    + options.labels() + " rows, one per label: ask for as many labels as the model has, or start from"
                    + " the model without a score head");
        }
    }

    private static void requirePadToken(HubConfig config, HeadOptions options) {
        options.padToken().ifPresent(id -> {
            int vocabulary = config.count("vocab_size");
            if (id < 0 || id >= vocabulary) {
                throw new ModelException("padding token " + id + ": expected 0 to " + (vocabulary - 1)
                        + ", the model's vocabulary. Take the tokenizer that belongs to this model");
            }
            int first = EncoderFamilies.of(config).map(f -> f.spec().apply(config).firstPosition()).orElse(0);
            if (first > 0 && id != first - 1) {
                throw new ModelException("padding token " + id + ": expected " + (first - 1) + ", the model's own"
                        + " pad_token_id, since its positions are counted from it. Take the tokenizer that belongs to"
                        + " this model");
            }
        });
    }

    private static Modules.Body body(Backbone backbone) {
        return switch (backbone) {
            case Decoder decoder -> decoder.body();
            case Encoder encoder -> encoder.body();
        };
    }

    Modules modules() { return modules; }

    @Override
    public Backbone backbone() { return backbone; }

    public ScalarHead head() { return head; }

    public Pooling pooling() { return pooling; }

    public int labels() { return head.labels(); }

    /** The name of each label, as {@code config.json} has it. */
    public List<String> labelNames() {
        return ScoreConfig.names(backbone.config(), labels());
    }

    /** Names of the tensors that the folder lacked, so that they start from chance; empty for a trained reward model. */
    public List<String> fresh() {
        return fresh;
    }

    /** What a user should know of this model before it is trained or given away, in words. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!fresh.isEmpty()) {
            notes.add("fresh weights: " + String.join(", ", fresh) + " were not in the folder and start from chance");
        }
        if (pooling == Pooling.LAST) {
            padNote().ifPresent(notes::add);
        }
        if (pooling != family.pooling()) {
            notes.add(
                    "pooling is " + pooling + ": " + family.label() + "ForSequenceClassification of transformers knows"
                            + " only " + family.pooling() + " and will give other scores");
        }
        return notes;
    }

    private Optional<String> padNote() {
        if (padToken.isEmpty()) {
            return Optional.of("there is no pad_token_id: transformers will score this model one row at a time only");
        }
        return backbone.config().tokenIds("eos_token_id").contains(padToken.getAsInt())
                ? Optional.of("pad_token_id " + padToken.getAsInt()
                        + " is the end token too: transformers scores the last"
                        + " token that is not padding, so a text that ends in it is scored one token early there. Give"
                        + " the tokenizer a padding token of its own")
                : Optional.empty();
    }

    /** The running mean and deviation of scores; empty where none is kept. */
    public Optional<ScoreNormaliser> normaliser() {
        return normaliser;
    }

    /** Keeps a normaliser, which is saved with the model and applied by {@link RewardScorer}. */
    public void normaliser(ScoreNormaliser given) {
        if (given.labels() != labels()) {
            throw new IllegalArgumentException(
                    "a normaliser of " + given.labels() + " labels for a model of " + labels());
        }
        normaliser = Optional.of(given);
    }

    /**
     * Whether sequences that share their first tokens get the scores that they would get written out; where not,
     * {@link #scores(Tape, Rows)} refuses them or draws other dropout.
     *
     * @param training whether dropout applies
     */
    public boolean sharesPrefixes(boolean training) {
        return pooling == Pooling.LAST && backbone.sharesPrefixes(training);
    }

    /** The raw scores of every sequence, [N, labels] float32. */
    public Tensor scores(Tape tape, Rows rows) {
        return scores(tape, rows, HiddenOptions.PLAIN, rows.sequences());
    }

    /**
     * The raw scores of the first sequences.
     *
     * @param sequences how many; those that {@link Rows#rounded} fills up with come after
     * @return [sequences, labels] float32
     */
    public Tensor scores(Tape tape, Rows rows, HiddenOptions options, int sequences) {
        if (pooling != Pooling.LAST) {
            rows.requireSeparate("a score that is read at " + pooling + " needs the rows of the whole sequence");
        }
        return scores(tape, backbone.hidden(tape, rows, options), Arrays.copyOf(rows.starts(), sequences + 1));
    }

    /**
     * The raw scores of sequences whose hidden states are there.
     *
     * @param hidden [T, D]
     * @param starts [N+1] where each begins; a branch is scored right only where {@link #sharesPrefixes}
     * @return [N, labels] float32
     */
    public Tensor scores(Tape tape, Tensor hidden, int[] starts) {
        return head.scores(tape, pooling.pool(tape, hidden, starts));
    }

    /** The raw scores at every token, [T, labels] float32: values, rewards of steps, token-wise losses. */
    public Tensor tokenScores(Tape tape, Rows rows, HiddenOptions options) {
        return head.scores(tape, backbone.hidden(tape, rows, options));
    }

    /** Every parameter once, the head's after the backbone's, and those of the adapter that is on. */
    @Override
    public List<Parameter> parameters() { return modules.all(); }

    @Override
    public Optional<Adapter> adapter() { return modules.active(); }

    @Override
    public ObjectNode savedConfig() {
        return ScoreConfig.saved(backbone.config(), family,
                new ScoreConfig.Head(labels(), pooling, padToken, normaliser));
    }

    @Override
    public void close() {
        backbone.close();
        head.parameters().forEach(Parameter::close);
    }
}
