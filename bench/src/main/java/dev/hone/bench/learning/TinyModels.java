package dev.hone.bench.learning;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelFolder;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.BpeSettings;
import dev.hone.text.BpeTokenizer;
import dev.hone.text.BpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Small language models with fresh weights and a tokenizer of their own. */
final class TinyModels {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String END = "<|endoftext|>";
    private static final String UNKNOWN = "?";

    private TinyModels() {}

    /** What a model looks like: hidden width, layers, longest row in tokens, and the seed of its weights. */
    record Shape(int width, int layers, int positions, long seed) {}

    /** A model whose tokens are whole words between blanks: these, the end token and one for all others. */
    static void words(Path folder, List<String> words, Shape shape) throws IOException {
        ObjectNode vocabulary = JSON.createObjectNode();
        vocabulary.put(UNKNOWN, 0);
        words.forEach(word -> vocabulary.put(word, vocabulary.size()));
        int end = vocabulary.size();
        make(folder, end + 1, end, shape);
        ObjectNode tokenizer = JSON.createObjectNode();
        tokenizer.put("version", "1.0").putNull("truncation").putNull("padding");
        tokenizer.putArray("added_tokens").addObject().put("id", end).put("content", END).put("single_word", false)
                .put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", true);
        tokenizer.putNull("normalizer").putObject("pre_tokenizer").put("type", "WhitespaceSplit");
        tokenizer.putNull("post_processor").putNull("decoder");
        tokenizer.putObject("model").put("type", "WordLevel").put("unk_token", UNKNOWN).set("vocab", vocabulary);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        Files.writeString(folder.resolve("tokenizer_config.json"), JSON.createObjectNode()
                .put("tokenizer_class", "PreTrainedTokenizerFast").put("eos_token", END).put("pad_token", END)
                .put("model_max_length", shape.positions()).toString());
    }

    /** A model with a byte-level BPE tokenizer of that many entries, learned from the texts. */
    static void pieces(Path folder, List<String> texts, int entries, Shape shape) throws IOException {
        BpeTokenizer tokenizer = new BpeTrainer(new BpeSettings(entries, List.of(END),
                Map.of("eos_token", END, "pad_token", END), shape.positions(), "")).train(texts);
        make(folder, tokenizer.size(), tokenizer.idOf(END), shape);
        tokenizer.write(folder);
    }

    private static void make(Path folder, int vocabulary, int end, Shape shape) throws IOException {
        Files.createDirectories(folder);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("vocab_size", vocabulary);
        config.put("hidden_size", shape.width());
        config.put("intermediate_size", 3 * shape.width());
        config.put("num_hidden_layers", shape.layers());
        config.put("num_attention_heads", Math.max(1, shape.width() / 32));
        config.put("num_key_value_heads", Math.max(1, shape.width() / 32));
        config.put("max_position_embeddings", shape.positions());
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", 1e-6);
        config.put("initializer_range", 0.06);
        config.put("tie_word_embeddings", true);
        config.put("eos_token_id", end);
        config.put("pad_token_id", end);
        try (Decoder model = Decoder.random(HubConfig.parse(JSON.writeValueAsString(config)), shape.seed(),
                DType.FLOAT32, Device.CPU)) {
            ModelFolder.save(model, folder, ModelFolder.Format.of(DType.FLOAT32));
        }
    }
}
