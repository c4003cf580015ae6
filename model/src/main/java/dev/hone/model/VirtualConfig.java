package dev.hone.model;

import dev.hone.model.PromptSpec.Random;
import dev.hone.model.PromptSpec.SampledVocabulary;
import dev.hone.model.PromptSpec.Text;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The part of {@code adapter_config.json} that PEFT, version 0.21, writes of prompt and prefix tuning. */
final class VirtualConfig {
    static final String PROMPT = "PROMPT_TUNING";
    static final String PREFIX = "PREFIX_TUNING";
    private static final String TOKENS = "num_virtual_tokens";
    private static final String START = "prompt_tuning_init";
    private static final String TEXT = "prompt_tuning_init_text";
    private static final String TOKENIZER = "tokenizer_name_or_path";
    private static final String PROJECTION = "prefix_projection";
    private static final String WIDTH = "encoder_hidden_size";

    private VirtualConfig() {}

    static PromptSpec prompt(HubConfig config, List<String> saved) {
        requireOneModule(config);
        String start = config.text(START).orElse("RANDOM");
        return new PromptSpec(tokens(config), switch (start) {
            case "RANDOM" -> new Random();
            case "SAMPLE_VOCAB" -> new SampledVocabulary();
            case "TEXT" -> new Text(config.text(TEXT).orElse(""), config.text(TOKENIZER).orElse(""));
            default -> throw config.wrong(START, start, "TEXT, RANDOM or SAMPLE_VOCAB");
        }, saved);
    }

    static PrefixSpec prefix(HubConfig config, List<String> saved) {
        requireOneModule(config);
        OptionalInt width = config.flag(PROJECTION, false)
                ? OptionalInt.of(config.optionalCount(WIDTH)
                        .orElseThrow(() -> config.wrong(WIDTH, "missing", "the inner width of the projection")))
                : OptionalInt.empty();
        return new PrefixSpec(tokens(config), width, saved);
    }

    private static int tokens(HubConfig config) {
        return config.optionalCount(TOKENS).orElseThrow(() -> config.wrong(TOKENS, "missing", "at least 1"));
    }

    private static void requireOneModule(HubConfig config) {
        config.optionalCount("num_transformer_submodules").filter(count -> count != 1).ifPresent(count -> {
            throw config.wrong("num_transformer_submodules", count, "1: models with an encoder and a decoder are not"
                    + " supported");
        });
    }

    static ObjectNode json(Decoder decoder, VirtualSpec spec) {
        ModelSpec model = decoder.spec();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putNull("auto_mapping").put("inference_mode", true).put("num_layers", model.size().layers())
                .put("num_transformer_submodules", 1).put(TOKENS, spec.virtualTokens())
                .put("peft_type", AdapterConfig.type(spec)).put("peft_version", "0.21.0").putNull("revision");
        switch (spec) {
            case PromptSpec prompt -> {
                json.put("token_dim", model.size().hidden()).put("num_attention_heads", model.attention().heads());
                put(json, prompt.start());
            }
            case PrefixSpec prefix -> {
                int width = model.attention().keyHeads() * model.attention().headSize();
                json.put("token_dim", width).put("num_attention_heads", model.attention().keyHeads())
                        .put(PROJECTION, prefix.projection().isPresent())
                        .put(WIDTH, prefix.projection().orElse(width)).putNull("init_weights");
            }
        }
        return json;
    }

    private static void put(ObjectNode json, PromptSpec.Start start) {
        json.putNull(TEXT).putNull(TOKENIZER).putNull("tokenizer_kwargs");
        switch (start) {
            case Random() -> json.put(START, "RANDOM");
            case SampledVocabulary() -> json.put(START, "SAMPLE_VOCAB");
            case Text(String text, String tokenizer) -> json.put(START, "TEXT").put(TEXT, text).put(TOKENIZER,
                    tokenizer);
        }
    }
}
