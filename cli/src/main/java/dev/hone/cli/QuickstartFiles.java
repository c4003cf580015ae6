package dev.hone.cli;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.ModelFolder;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.text.BpeSettings;
import dev.hone.text.BpeTokenizer;
import dev.hone.text.BpeTrainer;
import dev.hone.text.ChatTemplate;
import dev.hone.text.Conversation;
import dev.hone.text.DataException;
import dev.hone.text.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a quickstart begins with: the corpus as files, and a model folder with a trained tokenizer and fresh weights. */
record QuickstartFiles(Path root) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int VOCABULARY = 1536;
    private static final int POSITIONS = 512;

    Path documents() { return root.resolve("data/documents.jsonl"); }

    Path instructions() { return root.resolve("data/instructions.jsonl"); }

    Path heldOut() { return root.resolve("data/held-out.jsonl"); }

    Path pairs() { return root.resolve("data/pairs.jsonl"); }

    Path heldOutPairs() { return root.resolve("data/held-out-pairs.jsonl"); }

    Path base() { return root.resolve("base"); }

    Path pretraining() { return root.resolve("pretraining"); }

    Path sft() { return root.resolve("sft"); }

    Path reward() { return root.resolve("reward"); }

    Path rewarded() { return root.resolve("ppo"); }

    Path preferred() { return root.resolve("dpo"); }

    void write(Corpus corpus) {
        lines(documents(), corpus.documents(), text -> JSON.createObjectNode().put("text", text));
        lines(instructions(), corpus.instructions(), QuickstartFiles::row);
        lines(heldOut(), corpus.heldOut(), QuickstartFiles::row);
    }

    void write(List<CorpusPair> pairs, List<CorpusPair> heldOut) {
        lines(pairs(), pairs, QuickstartFiles::row);
        lines(heldOutPairs(), heldOut, QuickstartFiles::row);
    }

    private static ObjectNode row(CorpusPair pair) {
        ObjectNode row = JSON.createObjectNode();
        turns(row, "prompt", pair.prompt());
        turns(row, "chosen", List.of(Message.assistant(pair.chosen())));
        turns(row, "rejected", List.of(Message.assistant(pair.rejected())));
        return row;
    }

    private static ObjectNode row(Conversation conversation) {
        ObjectNode row = JSON.createObjectNode();
        turns(row, "messages", conversation.messages());
        return row;
    }

    private static void turns(ObjectNode row, String column, List<Message> messages) {
        messages.forEach(message -> row.withArray(column).addObject()
                .put("role", message.role().text()).put("content", message.content()));
    }

    private static <T> void lines(Path file, List<T> rows, Function<T, ObjectNode> row) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, rows.stream().map(row).map(ObjectNode::toString).toList());
        } catch (IOException e) {
            throw new DataException("cannot write " + file + ": " + e.getMessage() + ". Choose another --out", e);
        }
    }

    /** Trains a tokenizer on the corpus and makes a Llama-style model with fresh weights. @return its parameters */
    long makeBase(Corpus corpus, QuickstartSettings settings) {
        List<String> texts = new ArrayList<>(corpus.documents());
        corpus.instructions().forEach(conversation -> conversation.messages().forEach(m -> texts.add(m.content())));
        BpeTokenizer tokenizer = new BpeTrainer(
                BpeSettings.chat(VOCABULARY, POSITIONS, ChatTemplate.named("chatml").source())).train(texts);
        HubConfig config = HubConfig.parse(JSON.writeValueAsString(config(tokenizer, settings)));
        try (Decoder model = Decoder.random(config, settings.seed(), DType.FLOAT32, Device.CPU)) {
            ModelFolder.save(model, base(), ModelFolder.Format.of(DType.FLOAT32));
            tokenizer.write(base());
            return model.parameterCount();
        }
    }

    private static Map<String, Object> config(BpeTokenizer tokenizer, QuickstartSettings settings) {
        int end = tokenizer.idOf("<|im_end|>");
        int heads = Math.max(1, settings.width() / 64);
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("vocab_size", tokenizer.size());
        config.put("hidden_size", settings.width());
        config.put("intermediate_size", 3 * settings.width());
        config.put("num_hidden_layers", settings.layers());
        config.put("num_attention_heads", heads);
        config.put("num_key_value_heads", heads);
        config.put("max_position_embeddings", POSITIONS);
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", 1e-6);
        config.put("initializer_range", 0.06);
        config.put("tie_word_embeddings", true);
        config.put("eos_token_id", end);
        config.put("pad_token_id", tokenizer.idOf("<|endoftext|>"));
        return config;
    }
}
