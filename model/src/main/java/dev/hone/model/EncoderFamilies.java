package dev.hone.model;

import dev.hone.model.ModelSpec.Dropout;
import dev.hone.model.ModelSpec.Size;
import dev.hone.tensor.Activation;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** The families of encoders: each reads its configuration and names its tensors and its score head. */
public final class EncoderFamilies {
    private static final Map<String, Family> BY_TYPE = new TreeMap<>(Map.of(
            "bert", new Family(EncoderFamilies::bert, EncoderNames.BERT, "Bert",
                    config -> head("bert.pooler.dense", Activation.TANH, false, bertHeadDropout(config), "classifier")),
            "roberta", new Family(EncoderFamilies::roberta, EncoderNames.ROBERTA, "Roberta",
                    config -> head("classifier.dense", Activation.TANH, true, bertHeadDropout(config),
                            "classifier.out_proj")),
            "distilbert", new Family(EncoderFamilies::distilbert, EncoderNames.DISTILBERT, "DistilBert",
                    config -> head("pre_classifier", Activation.RELU, false, config.number("seq_classif_dropout", 0.2),
                            "classifier"))));

    private EncoderFamilies() {}

    /**
     * One family.
     *
     * @param spec reads its configuration
     * @param names what its tensors are called
     * @param label how Hugging Face's classes of the family begin
     * @param head its score head
     */
    record Family(Function<HubConfig, EncoderSpec> spec, EncoderNames names, String label,
            Function<HubConfig, HeadPlan> head) {}

    /** The {@code model_type}s that can be opened. */
    public static Set<String> known() {
        return java.util.Collections.unmodifiableSet(BY_TYPE.keySet());
    }

    /** The family of a configuration, empty where it is none of encoders. */
    static Optional<Family> of(HubConfig config) {
        return Optional.ofNullable(BY_TYPE.get(config.modelType()));
    }

    private static HeadPlan head(String dense, Activation activation, boolean dropoutBefore, double dropout,
            String output) {
        return new HeadPlan(Optional.of(new HeadPlan.Dense(dense, activation, dropoutBefore)), output, true, dropout);
    }

    private static double bertHeadDropout(HubConfig config) {
        return config.number("classifier_dropout", config.number("hidden_dropout_prob", 0.1));
    }

    private static EncoderSpec bert(HubConfig config) { return bertLike(config, 0); }

    /** Positions are counted from the row after the padding token's. */
    private static EncoderSpec roberta(HubConfig config) {
        return bertLike(config, config.tokenIds("pad_token_id").stream().findFirst().orElse(1) + 1);
    }

    private static EncoderSpec bertLike(HubConfig config, int firstPosition) {
        if (config.flag("is_decoder", false)) {
            throw config.wrong("is_decoder", true, "false: this family is read as an encoder");
        }
        config.text("position_embedding_type").filter(name -> !name.equals("absolute")).ifPresent(name -> {
            throw config.wrong("position_embedding_type", name, "absolute");
        });
        double dropout = config.number("hidden_dropout_prob", 0.1);
        return new EncoderSpec(size(config, "hidden_size", "num_hidden_layers"),
                heads(config, "num_attention_heads", "hidden_size"),
                new EncoderSpec.FeedForward(config.count("intermediate_size"), activation(config, "hidden_act")),
                config.number("layer_norm_eps", 1e-12), firstPosition, config.count("type_vocab_size", 2),
                new Dropout(dropout, config.number("attention_probs_dropout_prob", 0.1), dropout),
                config.number("initializer_range", 0.02));
    }

    private static EncoderSpec distilbert(HubConfig config) {
        double dropout = config.number("dropout", 0.1);
        return new EncoderSpec(size(config, "dim", "n_layers"), heads(config, "n_heads", "dim"),
                new EncoderSpec.FeedForward(config.count("hidden_dim"), activation(config, "activation")), 1e-12, 0, 0,
                new Dropout(dropout, config.number("attention_dropout", 0.1), dropout),
                config.number("initializer_range", 0.02));
    }

    private static Size size(HubConfig config, String hidden, String layers) {
        return new Size(config.count("vocab_size"), config.count(hidden), config.count(layers),
                config.count("max_position_embeddings", 512));
    }

    private static int heads(HubConfig config, String key, String hiddenKey) {
        int heads = config.count(key);
        int hidden = config.count(hiddenKey);
        if (hidden % heads != 0) {
            throw config.wrong(key, heads, "a divisor of " + hiddenKey + " " + hidden);
        }
        return heads;
    }

    private static Activation activation(HubConfig config, String key) {
        String name = config.text(key).orElse("gelu");
        return switch (name) {
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            default -> throw config.wrong(key, name, "gelu, gelu_new, gelu_pytorch_tanh or relu");
        };
    }
}
