package dev.hone.model;

import dev.hone.model.ModelSpec.Attention;
import dev.hone.model.ModelSpec.Bias;
import dev.hone.model.ModelSpec.Dropout;
import dev.hone.model.ModelSpec.Embedding;
import dev.hone.model.ModelSpec.FeedForward;
import dev.hone.model.ModelSpec.Norm;
import dev.hone.model.ModelSpec.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The model families, each a function from its configuration to a {@link ModelSpec} and the names of its tensors. A new
 * family is one entry here and, where its tensors have other names, one {@link TensorNames}.
 */
public final class Families {
    private static final Map<String, Family> BY_TYPE = new TreeMap<>(Map.of(
            "llama", new Family(Families::llama, TensorNames.LLAMA, "Llama"),
            "mistral", new Family(Families::mistral, TensorNames.LLAMA, "Mistral"),
            "qwen2", new Family(Families::qwen2, TensorNames.LLAMA, "Qwen2"),
            "qwen3", new Family(Families::qwen3, TensorNames.LLAMA, "Qwen3"),
            "gpt2", new Family(Families::gpt2, TensorNames.GPT2, "GPT2")));

    private Families() {}

    /**
     * One family.
     *
     * @param spec reads its configuration
     * @param names what its tensors are called
     * @param label how Hugging Face's classes of the family begin
     */
    record Family(java.util.function.Function<HubConfig, ModelSpec> spec, TensorNames names,
            String label) {}

    /** The {@code model_type}s that can be opened. */
    public static java.util.Set<String> known() {
        return java.util.Collections.unmodifiableSet(BY_TYPE.keySet());
    }

    /** The family of a configuration. */
    static Family of(HubConfig config) {
        Family family = BY_TYPE.get(config.modelType());
        if (family == null) {
            throw config.wrong("model_type", config.modelType(), "one of " + String.join(", ", BY_TYPE.keySet()));
        }
        return family;
    }

    private static ModelSpec llama(HubConfig config) {
        Bias bias = config.flag("attention_bias", false) ? Bias.ALL : Bias.NONE;
        return rotary(config, attention(config, bias, false, windows(config, List.of())));
    }

    private static ModelSpec mistral(HubConfig config) {
        List<Integer> everywhere = config.optionalCount("sliding_window")
                .map(window -> repeat(window, config.count("num_hidden_layers"))).orElse(List.of());
        return rotary(config, attention(config, Bias.NONE, false, windows(config, everywhere)));
    }

    private static ModelSpec qwen2(HubConfig config) {
        return rotary(config, attention(config, Bias.QKV, false, windows(config, qwenWindows(config))));
    }

    private static ModelSpec qwen3(HubConfig config) {
        Bias bias = config.flag("attention_bias", false) ? Bias.ALL : Bias.NONE;
        return rotary(config, attention(config, bias, true, windows(config, qwenWindows(config))));
    }

    private static ModelSpec gpt2(HubConfig config) {
        int hidden = config.count("n_embd");
        int layers = config.count("n_layer");
        int heads = config.count("n_head");
        config.text("activation_function").filter(name -> !name.equals("gelu_new") && !name.equals("gelu_pytorch_tanh"))
                .ifPresent(name -> {
                    throw config.wrong("activation_function", name, "gelu_new");
                });
        divides(config, "n_head", heads, "n_embd", hidden);
        return new ModelSpec(new Size(config.count("vocab_size"), hidden, layers, config.count("n_positions", 1024)),
                new Attention(heads, heads, hidden / heads, Bias.ALL, false, Optional.empty(), repeat(0, layers)),
                new FeedForward(config.count("n_inner", 4 * hidden), false, true),
                new Norm(false, config.number("layer_norm_epsilon", 1e-5)),
                new Embedding(true, config.flag("tie_word_embeddings", true)),
                new Dropout(config.number("embd_pdrop", 0.1), config.number("attn_pdrop", 0.1),
                        config.number("resid_pdrop", 0.1)),
                config.number("initializer_range", 0.02));
    }

    private static ModelSpec rotary(HubConfig config, Attention attention) {
        config.text("hidden_act").filter(name -> !name.equals("silu")).ifPresent(name -> {
            throw config.wrong("hidden_act", name, "silu");
        });
        return new ModelSpec(
                new Size(config.count("vocab_size"), config.count("hidden_size"), config.count("num_hidden_layers"),
                        config.count("max_position_embeddings", 2048)),
                attention, new FeedForward(config.count("intermediate_size"), true, config.flag("mlp_bias", false)),
                new Norm(true, config.number("rms_norm_eps", 1e-6)),
                new Embedding(false, config.flag("tie_word_embeddings", false)),
                new Dropout(0, config.number("attention_dropout", 0), 0), config.number("initializer_range", 0.02));
    }

    private static Attention attention(HubConfig config, Bias bias, boolean headNorm, List<Integer> windows) {
        int hidden = config.count("hidden_size");
        int heads = config.count("num_attention_heads");
        int keyHeads = config.count("num_key_value_heads", heads);
        if (config.optionalCount("head_dim").isEmpty()) {
            divides(config, "num_attention_heads", heads, "hidden_size", hidden);
        }
        divides(config, "num_key_value_heads", keyHeads, "num_attention_heads", heads);
        int headSize = config.count("head_dim", hidden / heads);
        RopeSpec rope = config.rope(headSize, config.count("max_position_embeddings", 2048));
        return new Attention(heads, keyHeads, headSize, bias, headNorm, Optional.of(rope), windows);
    }

    /** Per layer from {@code layer_types} where there is one, else the family's older rule. */
    private static List<Integer> windows(HubConfig config, List<Integer> older) {
        int layers = config.count("num_hidden_layers");
        List<String> types = config.texts("layer_types");
        if (types.isEmpty()) {
            return older.isEmpty() ? repeat(0, layers) : older;
        }
        if (types.size() != layers) {
            throw config.wrong("layer_types", types.size() + " entries", layers + ", one per layer");
        }
        List<Integer> windows = new ArrayList<>();
        for (String type : types) {
            windows.add(switch (type) {
                case "full_attention" -> 0;
                case "sliding_attention" -> config.count("sliding_window");
                default -> throw config.wrong("layer_types", type, "full_attention or sliding_attention");
            });
        }
        return windows;
    }

    private static List<Integer> qwenWindows(HubConfig config) {
        int layers = config.count("num_hidden_layers");
        if (!config.flag("use_sliding_window", false)) {
            return repeat(0, layers);
        }
        int window = config.count("sliding_window");
        int full = (int) config.number("max_window_layers", layers);
        List<Integer> windows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            windows.add(layer >= full ? window : 0);
        }
        return windows;
    }

    private static List<Integer> repeat(int value, int times) { return java.util.Collections.nCopies(times, value); }

    private static void divides(HubConfig config, String key, int part, String ofKey, int whole) {
        if (whole % part != 0) {
            throw config.wrong(key, part, "a divisor of " + ofKey + " " + whole);
        }
    }
}
