package dev.hone.model;

import dev.hone.model.LoraSpec.AllLinear;
import dev.hone.model.LoraSpec.Choice;
import dev.hone.model.LoraSpec.Gaussian;
import dev.hone.model.LoraSpec.KaimingUniform;
import dev.hone.model.LoraSpec.Names;
import dev.hone.model.LoraSpec.Pattern;
import dev.hone.model.LoraSpec.Pissa;
import dev.hone.model.LoraSpec.Ranks;
import dev.hone.model.LoraSpec.Targets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * PEFT's {@code adapter_config.json}, as version 0.21 writes it. What is not supported is refused when it is switched on.
 *
 * @param spec what it says
 * @param json every key
 */
record AdapterConfig(AdapterSpec spec, ObjectNode json) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String USUAL = """
            {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
             "base_model_name_or_path": null, "bias": "none", "corda_config": null, "ensure_weight_tying": false,
             "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
             "init_lora_weights": true, "kasa_config": null, "layer_replication": null, "layers_pattern": null,
             "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 8, "lora_bias": false, "lora_dropout": 0.0,
             "lora_ga_config": null, "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null,
             "monteclora_config": null, "peft_type": "LORA", "peft_version": "0.21.0", "qalora_group_size": 16, "r": 8,
             "rank_pattern": {}, "revision": null, "target_modules": null, "target_parameters": null, "task_type": null,
             "trainable_token_indices": null, "use_bdlora": null, "use_dora": false, "use_qalora": false,
             "use_rslora": false, "velora_config": null}""";
    /** Keys that change what is computed in ways that are not supported; absent, null, false or empty they do nothing. */
    private static final List<String> REFUSED = List.of("alora_invocation_tokens", "arrow_config",
            "ensure_weight_tying",
            "kasa_config", "layer_replication", "layers_pattern", "lora_bias", "megatron_config", "monteclora_config",
            "target_parameters", "trainable_token_indices", "use_bdlora", "use_qalora", "velora_config");

    static AdapterConfig of(Model model, AdapterSpec spec, TargetMatcher matcher, String base) {
        ObjectNode json = switch (spec) {
            case LoraSpec lora -> lora(model, lora, matcher);
            case VirtualSpec virtual -> VirtualConfig.json(VirtualBuilder.decoder(model, virtual), virtual);
        };
        json.put("base_model_name_or_path", base);
        json.put("task_type", model instanceof RewardModel ? "SEQ_CLS" : "CAUSAL_LM");
        put(json, "modules_to_save", new Names(matcher.saved()));
        return new AdapterConfig(spec, json);
    }

    /** PEFT's name of a kind of adapter. */
    static String type(AdapterSpec spec) {
        return switch (spec) {
            case LoraSpec lora -> "LORA";
            case PromptSpec prompt -> VirtualConfig.PROMPT;
            case PrefixSpec prefix -> VirtualConfig.PREFIX;
        };
    }

    private static ObjectNode lora(Model model, LoraSpec spec, TargetMatcher matcher) {
        ObjectNode json = (ObjectNode) JSON.readTree(USUAL);
        List<Linear> linears = Modules.of(model).linears();
        json.put("fan_in_fan_out", linears.stream().filter(Linear::inOut)
                .anyMatch(linear -> linear.held().modules().stream().anyMatch(matcher::targets)));
        put(json, "target_modules", spec.targets().chosen() instanceof AllLinear
                ? new Names(linears.stream().flatMap(linear -> linear.held().modules().stream())
                        .filter(matcher::targets).toList())
                : spec.targets().chosen());
        put(json, "exclude_modules", spec.targets().excluded());
        if (!spec.targets().layers().isEmpty()) {
            ArrayNode layers = json.putArray("layers_to_transform");
            spec.targets().layers().forEach(layers::add);
        }
        json.put("lora_dropout", spec.dropout());
        json.put("use_dora", spec.dora());
        json.put("use_rslora", spec.ranks().rslora());
        if (spec.start() instanceof Gaussian) {
            json.put("init_lora_weights", "gaussian");
        }
        put(json, spec.start() instanceof Pissa ? doubled(spec.ranks()) : spec.ranks());
        return json;
    }

    /** PiSSA is stored with its start, so it is twice as wide and has the same scale. */
    private static Ranks doubled(Ranks ranks) {
        double factor = ranks.rslora() ? Math.sqrt(2) : 2;
        Map<String, Integer> wider = new HashMap<>(ranks.rankPattern());
        wider.replaceAll((name, rank) -> 2 * rank);
        Map<String, Double> stronger = new HashMap<>(ranks.alphaPattern());
        stronger.replaceAll((name, alpha) -> factor * alpha);
        return new Ranks(2 * ranks.r(), factor * ranks.alpha(), ranks.rslora(), wider, stronger);
    }

    private static void put(ObjectNode json, Ranks ranks) {
        json.put("r", ranks.r());
        putNumber(json, "lora_alpha", ranks.alpha());
        ObjectNode rankPattern = json.putObject("rank_pattern");
        ranks.rankPattern().forEach(rankPattern::put);
        ObjectNode alphaPattern = json.putObject("alpha_pattern");
        ranks.alphaPattern().forEach((name, alpha) -> putNumber(alphaPattern, name, alpha));
    }

    private static void putNumber(ObjectNode json, String key, double value) {
        if (value == Math.rint(value)) {
            json.put(key, (long) value);
        } else {
            json.put(key, value);
        }
    }

    private static void put(ObjectNode json, String key, Choice choice) {
        switch (choice) {
            case Names(List<String> names) when names.isEmpty() -> json.putNull(key);
            case Names(List<String> names) -> names.forEach(json.putArray(key)::add);
            case Pattern(String regex) -> json.put(key, regex);
            case AllLinear() -> json.put(key, "all-linear");
        }
    }

    /** Reads the configuration of a saved adapter. */
    static AdapterConfig read(Path folder) {
        Path file = folder.resolve(AdapterFolder.CONFIG);
        if (!java.nio.file.Files.isRegularFile(file)) {
            throw new ModelException(
                    "no " + AdapterFolder.CONFIG + " in " + folder + ": expected an adapter as PEFT"
                            + " saves it. Give the folder that holds it and " + AdapterFolder.WEIGHTS);
        }
        HubConfig config = HubConfig.readFile(file);
        ObjectNode json = config.json();
        List<String> saved = new ArrayList<>(new LinkedHashSet<>(config.texts("modules_to_save")));
        AdapterSpec spec = switch (json.path("peft_type").asString("")) {
            case "LORA" -> lora(config, saved);
            case VirtualConfig.PROMPT -> VirtualConfig.prompt(config, saved);
            case VirtualConfig.PREFIX -> VirtualConfig.prefix(config, saved);
            default -> throw config.wrong("peft_type", json.path("peft_type"), "LORA, " + VirtualConfig.PROMPT + " or "
                    + VirtualConfig.PREFIX);
        };
        return new AdapterConfig(spec, json);
    }

    private static LoraSpec lora(HubConfig config, List<String> saved) {
        ObjectNode json = config.json();
        if (!json.path("bias").asString("none").equals("none")) {
            throw config.wrong("bias", json.path("bias"), "none: train the modules whole (modules_to_save) instead");
        }
        REFUSED.stream().filter(key -> isOn(json.path(key))).findFirst().ifPresent(key -> {
            throw config.wrong(key, json.path(key), "none: it is not supported");
        });
        Ranks ranks = new Ranks(config.optionalCount("r").orElseThrow(() -> config.wrong("r", "missing", "a rank")),
                config.number("lora_alpha", 8), config.flag("use_rslora", false),
                map(config, "rank_pattern", JsonNode::isIntegralNumber, JsonNode::intValue),
                map(config, "alpha_pattern", JsonNode::isNumber, JsonNode::doubleValue));
        return new LoraSpec(
                new Targets(choice(config, "target_modules"), choice(config, "exclude_modules"), layers(config)), ranks,
                config.number("lora_dropout", 0), config.flag("use_dora", false), start(config),
                saved);
    }

    private static boolean isOn(JsonNode value) {
        return !(value.isMissingNode() || value.isNull() || value.isContainer() && value.isEmpty()
                || value.isBoolean() && !value.booleanValue());
    }

    private static Choice choice(HubConfig config, String key) {
        JsonNode value = config.json().path(key);
        if (value.isString()) {
            String text = value.stringValue();
            return text.equalsIgnoreCase("all-linear") ? new AllLinear() : new Pattern(text);
        }
        return new Names(config.texts(key));
    }

    private static List<Integer> layers(HubConfig config) {
        JsonNode value = config.json().path("layers_to_transform");
        List<Integer> layers = new ArrayList<>();
        for (JsonNode layer : value.isNumber() ? JSON.createArrayNode().add(value) : value) {
            if (!layer.isIntegralNumber()) {
                throw config.wrong("layers_to_transform", value, "the number of a layer, or a list of them");
            }
            layers.add(layer.intValue());
        }
        return layers;
    }

    /** A start only matters for what is loaded where PEFT computes it again from the base. */
    private static LoraSpec.Start start(HubConfig config) {
        JsonNode value = config.json().path("init_lora_weights");
        String name = value.asString("true");
        return switch (name) {
            case "pissa" -> new Pissa(OptionalInt.empty());
            case "gaussian" -> new Gaussian();
            case "true", "false", "eva", "orthogonal" -> new KaimingUniform();
            default -> {
                if (name.matches("pissa_niter_[1-9]\\d{0,3}")) {
                    yield new Pissa(OptionalInt.of(Integer.parseInt(name.substring("pissa_niter_".length()))));
                }
                throw config.wrong("init_lora_weights", value, "true, gaussian or pissa: other starts change the base");
            }
        };
    }

    private static <V> Map<String, V> map(HubConfig config, String key, Function<JsonNode, Boolean> fits,
            Function<JsonNode, V> value) {
        Map<String, V> map = new HashMap<>();
        config.json().path(key).properties().forEach(entry -> {
            if (!fits.apply(entry.getValue())) {
                throw config.wrong(key + "." + entry.getKey(), entry.getValue(), "a number");
            }
            map.put(entry.getKey(), value.apply(entry.getValue()));
        });
        return map;
    }
}
