package dev.hone.train;

import dev.hone.config.Checks;
import dev.hone.config.ConfigWriter;
import dev.hone.model.AdapterFolder;
import dev.hone.objective.ReferenceSync;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** What of the adapter's settings does not fit together or the rest of a run: all mistakes at once, before any file is read. */
final class AdapterChecks {
    private static final List<String> OF_CODES = List.of("quantisation", "double_quant", "quant_block_size");
    private static final List<String> OF_PROMPTS = List.of("prompt_tuning_init", "prompt_tuning_init_text");
    private static final List<String> OF_PREFIXES = List.of("prefix_projection", "encoder_hidden_size");
    private static final List<String> OF_ANY_ADAPTER = List.of("train_mode", "adapter", "merge_adapter");

    private final AdapterSettings adapter;
    private final Map<String, Object> given;
    private final Checks checks = new Checks();

    private AdapterChecks(AdapterSettings adapter) {
        this.adapter = adapter;
        this.given = ConfigWriter.toMap(adapter);
        Map<String, Object> usual = ConfigWriter.toMap(AdapterSettings.full());
        given.entrySet().removeIf(entry -> entry.getValue().equals(usual.get(entry.getKey())));
    }

    /** @throws dev.hone.config.ConfigException naming each setting, what was expected and why */
    static void require(AdapterSettings adapter, ModelSettings model, LearningSettings learning, List<Record> more) {
        AdapterChecks own = new AdapterChecks(adapter);
        boolean saved = AdapterFolder.isAdapter(model.model());
        if (adapter.trainMode().adapts()) {
            own.meaning(saved || adapter.adapter().isPresent());
            own.values();
            own.beside(learning, more);
            own.checks.require(!(saved && adapter.adapter().isPresent()), "adapter",
                    adapter.adapter().map(Object::toString).orElse(""), "nothing beside a model that is an adapter",
                    "The model " + model.model() + " is an adapter already, with which the run goes on.");
        } else {
            full(own, saved, model);
        }
        own.checks.done();
    }

    private static void full(AdapterChecks own, boolean saved, ModelSettings model) {
        own.refuse(List.copyOf(own.given.keySet()), "its default with train_mode full",
                "It is for an adapter: give train_mode lora, qlora, prompt_tuning or prefix_tuning.");
        own.checks.require(!saved, "train_mode", "full", "that of the adapter for a model that is an adapter",
                "To train all weights make a whole model of it first: hone merge --model " + model.model()
                        + " --out DIR.");
    }

    private void refuse(List<String> keys, String expected, String advice) {
        given.forEach((key, value) -> checks.require(!keys.contains(key), key, value, expected, advice));
    }

    /** What says nothing for this kind of adapter. */
    private void meaning(boolean saved) {
        if (adapter.trainMode().virtual()) {
            virtual();
        } else {
            refuse(AdapterSettings.OF_VIRTUAL, "its default with train_mode " + mode(),
                    "It is for learned tokens: give train_mode prompt_tuning or prefix_tuning.");
        }
        if (adapter.trainMode() != TrainMode.QLORA) {
            refuse(OF_CODES, "its default with train_mode " + mode(),
                    "It says how weights are quantised: give train_mode qlora.");
        } else if (adapter.quantisation() == AdapterSettings.Codes.INT8) {
            refuse(List.of("double_quant", "quant_block_size"), "its default with quantisation int8",
                    "It is for nf4: int8 has a scale for each row.");
        }
        if (saved) {
            refuse(given.keySet().stream().filter(key -> !OF_CODES.contains(key) && !OF_ANY_ADAPTER.contains(key))
                    .toList(),
                    "its default with a saved adapter", "The adapter's own adapter_config.json says it.");
        }
    }

    /** What does not go with learned tokens, whose sort is the mode. */
    private void virtual() {
        List<String> known = Stream.of(AdapterSettings.OF_VIRTUAL, OF_CODES, OF_ANY_ADAPTER).flatMap(List::stream)
                .toList();
        refuse(given.keySet().stream().filter(key -> !known.contains(key)).toList(),
                "its default with train_mode " + mode(),
                "It is for LoRA: give train_mode lora, or leave it out.");
        boolean prompts = adapter.trainMode() == TrainMode.PROMPT_TUNING;
        refuse(prompts ? OF_PREFIXES : OF_PROMPTS, "its default with train_mode " + mode(),
                "It is for train_mode " + (prompts ? TrainMode.PREFIX_TUNING : TrainMode.PROMPT_TUNING).key() + ".");
        boolean text = adapter.promptTuningInit() == AdapterSettings.PromptStart.TEXT;
        checks.require(!adapter.mergeAdapter(), "merge_adapter", true, "false with train_mode " + mode(),
                "Learned tokens are no part of any weight, so there is nothing to merge: the adapter's folder is used as"
                        + " it is.")
                .require(!text || adapter.promptTuningInitText().filter(words -> !words.isBlank()).isPresent(),
                        "prompt_tuning_init_text", "nothing", "a text with prompt_tuning_init text")
                .require(text || adapter.promptTuningInitText().isEmpty(), "prompt_tuning_init_text",
                        adapter.promptTuningInitText().orElse(""), "nothing with prompt_tuning_init "
                                + adapter.promptTuningInit().name().toLowerCase(Locale.ROOT),
                        "To start from it give prompt_tuning_init text.")
                .require(adapter.prefixProjection() || adapter.encoderHiddenSize() == 0, "encoder_hidden_size",
                        adapter.encoderHiddenSize(), "0 without prefix_projection",
                        "It is the width inside of the projection.");
    }

    private void values() {
        choice("lora_target_modules", adapter.loraTargetModules(), true);
        choice("lora_exclude_modules", adapter.loraExcludeModules(), false);
        checks.require(adapter.loraLayersToTransform().stream().allMatch(layer -> layer >= 0),
                "lora_layers_to_transform",
                adapter.loraLayersToTransform(), "numbers of layers from 0")
                .require(
                        adapter.loraLayersToTransform().isEmpty()
                                || !AdapterSettings.isRegex(adapter.loraTargetModules()),
                        "lora_layers_to_transform", adapter.loraLayersToTransform(),
                        "nothing beside a regular expression in lora_target_modules",
                        "Say the layers in the expression.");
        pattern("lora_rank_pattern", adapter.loraRankPattern(), "[1-9]\\d{0,5}", "a whole number from 1");
        pattern("lora_alpha_pattern", adapter.loraAlphaPattern(), "(?=.*[1-9])\\d{1,9}(\\.\\d{1,9})?",
                "a number above 0");
        boolean pissa = adapter.initLoraWeights().startsWith("pissa");
        checks.require(adapter.initLoraWeights().matches("true|gaussian|pissa|pissa_niter_[1-9]\\d{0,3}"),
                "init_lora_weights", adapter.initLoraWeights(), "true, gaussian, pissa or pissa_niter_N")
                .require(!(pissa && adapter.useDora()), "use_dora", true, "false beside init_lora_weights pissa",
                        "Both change what the length of a row is.")
                .require(Integer.bitCount(adapter.quantBlockSize()) == 1, "quant_block_size", adapter.quantBlockSize(),
                        "a power of two");
    }

    private void choice(String key, List<String> words, boolean allowsAll) {
        boolean all = words.contains("all-linear");
        boolean regex = words.stream().anyMatch(word -> word.startsWith("re:"));
        checks.require(!allowsAll || !words.isEmpty(), key, "nothing",
                "names of modules, re: and an expression, or all-linear")
                .require(!all || allowsAll, key, words, "names of modules, or re: and an expression")
                .require(!(all || regex) || words.size() == 1, key, words,
                        "all-linear or one expression alone, or names of modules",
                        "A comma parts names: put an expression with commas into a YAML file, as a list of one.");
        if (regex && words.size() == 1) {
            compile(key, words.getFirst().substring("re:".length()));
        }
    }

    private void pattern(String key, Map<String, String> patterns, String number, String expected) {
        patterns.forEach((name, value) -> {
            compile(key, name);
            checks.require(value.strip().matches(number), key + "." + name, value, expected);
        });
    }

    private void compile(String key, String regex) {
        try {
            Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            checks.require(false, key, regex, "a regular expression: " + e.getDescription());
        }
    }

    /** What of the rest of a run means nothing, or something else, beside an adapter. */
    private void beside(LearningSettings learning, List<Record> more) {
        String frozen = "With an adapter the model's own layers are frozen. To train some layers give lora_layers_to_transform.";
        checks.require(learning.numLayersUnfrozen() == -1, "num_layers_unfrozen", learning.numLayersUnfrozen(),
                "-1 with train_mode " + mode(), frozen)
                .require(learning.lisaActivatedLayers() == 0, "lisa_activated_layers", learning.lisaActivatedLayers(),
                        "0 with train_mode " + mode(), frozen)
                .require(learning.layerwiseLrDecay() == 1, "layerwise_lr_decay", learning.layerwiseLrDecay(),
                        "1 with train_mode " + mode(),
                        "It spares what lower layers know, which is frozen here; the adapter starts from nothing in each.")
                .require(more.stream().noneMatch(record -> record instanceof ReferenceSync sync && sync.syncRefModel()),
                        "sync_ref_model", true,
                        "false with train_mode " + mode(),
                        "The reference is the model with the adapter off, which has no weights of its own that could follow.");
    }

    private String mode() { return adapter.trainMode().key(); }
}
