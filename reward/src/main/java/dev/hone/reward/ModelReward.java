package dev.hone.reward;

import dev.hone.config.ConfigException;
import dev.hone.config.Nearest;
import dev.hone.config.Problem;
import dev.hone.model.Decoder;
import dev.hone.model.Encoder;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelException;
import dev.hone.model.RewardModel;
import dev.hone.model.RewardScorer;
import dev.hone.model.ScoreNormaliser;
import dev.hone.text.ChatTemplate;
import dev.hone.text.ChatTemplateChoice;
import dev.hone.text.ConversationRenderer;
import dev.hone.text.DataException;
import dev.hone.text.Encoded;
import dev.hone.text.Graded;
import dev.hone.text.HubTokenizer;
import dev.hone.text.LabelledEncoder;
import dev.hone.text.LabelledOptions;
import dev.hone.text.Passage;
import dev.hone.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A reward model or classifier in this process. It reads the words of prompt and completion, written with its own template and
 * cut by its own tokenizer, as it read them in its training; the policy's tokens mean nothing to it. Scores are those of
 * {@code hone score --reward} for the same texts.
 *
 * <p>A classifier's log-odds of label k are z_k − log Σ_{j≠k} exp z_j, of a single label its score; the probability is their
 * sigmoid. How good the model is can be asked before it is trusted: see {@code RewardQuality} of the trainer.
 */
public final class ModelReward implements BatchReward, AutoCloseable {
    private final RewardModel model;
    private final RewardScorer scorer;
    private final LabelledEncoder encoder;
    private final ModelRewardSettings settings;
    private final int label;

    private ModelReward(RewardModel model, LabelledEncoder encoder, ModelRewardSettings settings, int label) {
        this.model = model;
        this.scorer = new RewardScorer(model, settings.microbatchTokens());
        this.encoder = encoder;
        this.settings = settings;
        this.label = label;
        if (!settings.normalise() || settings.output() != ModelRewardSettings.Output.SCORE) {
            model.normaliser(ScoreNormaliser.empty(model.labels()));
        }
    }

    static ModelReward open(ModelRewardSettings settings) {
        HubConfig config = HubConfig.read(settings.path());
        Tokenizer tokenizer = HubTokenizer.load(settings.path());
        Optional<ChatTemplate> template = ChatTemplateChoice.of(settings.path(), settings.chatTemplate());
        Decoder.requireFits(tokenizer.vocabulary(), config);
        RewardModel model = RewardModel.load(settings.path(), settings.dtype().dtype(), settings.place());
        try {
            int window = settings.maxLength() > 0 ? settings.maxLength() : Math.max(2, positions(model));
            LabelledOptions options = LabelledOptions.of(window);
            LabelledEncoder encoder = template
                    .map(chosen -> LabelledEncoder.chat(tokenizer, ConversationRenderer.of(chosen), options))
                    .orElseGet(() -> LabelledEncoder.plain(tokenizer, options));
            return new ModelReward(model, encoder, settings, label(model, settings));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static int positions(RewardModel model) {
        return switch (model.backbone()) {
            case Decoder decoder -> decoder.longest();
            case Encoder encoder -> encoder.spec().longest();
        };
    }

    private static int label(RewardModel model, ModelRewardSettings settings) {
        List<String> names = model.labelNames();
        int at = settings.label().isEmpty() && names.size() == 1 ? 0 : names.indexOf(settings.label());
        if (at < 0) {
            throw new ConfigException(new Problem("label", settings.label().isEmpty() ? "nothing" : settings.label(),
                    "one of the labels of " + settings.path() + ": " + String.join(", ", names), "",
                    Nearest.of(settings.label(), names).map(near -> "Did you mean " + near + "?").orElse("")));
        }
        return at;
    }

    /** The model, for what wants to look at it. */
    public RewardModel model() { return model; }

    @Override
    public Calling calling() { return Calling.HERE; }

    @Override
    public List<Score> scoreAll(List<RewardInput> inputs) {
        boolean relative = !settings.relativeTo().isEmpty();
        List<Score> own = read(inputs.stream().map(Optional::of).toList());
        List<Score> references = relative ? read(inputs.stream().map(this::reference).toList()) : own;
        List<Score> scores = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            scores.add(shaped(own.get(i), relative ? references.get(i) : Score.of(0)));
        }
        return List.copyOf(scores);
    }

    private Optional<RewardInput> reference(RewardInput input) {
        return References.of(input, settings.relativeTo()).stream().findFirst().map(input::answered);
    }

    private Score shaped(Score own, Score reference) {
        if (!own.usable() || !reference.usable()) {
            return own.usable() ? reference : own;
        }
        double clip = settings.clip().orElse(Double.POSITIVE_INFINITY);
        return Score.of(settings.scale() * Math.clamp(own.total() - reference.total(), -clip, clip));
    }

    private List<Score> read(List<Optional<RewardInput>> inputs) {
        List<Score> scores = new ArrayList<>();
        List<Encoded> rows = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (Optional<RewardInput> input : inputs) {
            scores.add(References.missing(settings.relativeTo()));
            try {
                if (input.isPresent()) {
                    Encoded row = encoder.graded(graded(input.get())).row();
                    rows.add(row);
                    places.add(scores.size() - 1);
                }
            } catch (DataException | ModelException e) {
                scores.set(scores.size() - 1, Score.unusable("the reward model cannot read it: " + e.getMessage()));
            }
        }
        List<double[]> raw = rows.isEmpty() ? List.of() : scorer.score(rows);
        for (int i = 0; i < raw.size(); i++) {
            scores.set(places.get(i), Score.of(output(raw.get(i))));
        }
        return scores;
    }

    private static Graded graded(RewardInput input) {
        return input.messages().isEmpty()
                ? new Graded(new Passage.Plain(input.prompt()), new Passage.Plain(input.completion()), 0)
                : new Graded(new Passage.Dialogue(input.messages()), Passage.assistant(input.completion()), 0);
    }

    private double output(double[] scores) {
        return switch (settings.output()) {
            case SCORE -> scores[label];
            case LOG_ODDS -> logOdds(scores);
            case PROBABILITY -> 1 / (1 + Math.exp(-logOdds(scores)));
        };
    }

    private double logOdds(double[] scores) {
        double most = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < scores.length; j++) {
            most = j == label ? most : Math.max(most, scores[j]);
        }
        double sum = 0;
        for (int j = 0; j < scores.length; j++) {
            sum += j == label ? 0 : Math.exp(scores[j] - most);
        }
        return scores.length == 1 ? scores[label] : scores[label] - most - Math.log(sum);
    }

    /** Frees the weights. */
    @Override
    public void close() { model.close(); }
}
