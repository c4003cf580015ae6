package dev.hone.train;

import dev.hone.config.ConfigReader;
import dev.hone.config.ConfigWriter;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.model.AdapterSpec;
import dev.hone.model.Decoder;
import dev.hone.model.LoraSpec;
import dev.hone.model.Model;
import dev.hone.model.PrefixSpec;
import dev.hone.model.PromptSpec;
import dev.hone.model.Quantisation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Whether all weights train or an adapter beside frozen ones, and which adapter; names and defaults are those of TRL and PEFT.
 *
 * @param trainMode what trains
 */
@SettingGroup("Adapter")
public record AdapterSettings(
        @Setting(value = "full", doc = "full: all weights train. lora: an adapter beside frozen weights. qlora: beside frozen weights"
                + " that are quantised. prompt_tuning: learned tokens before every sequence. prefix_tuning: learned keys and values"
                + " before every sequence, in each layer.") TrainMode trainMode,
        @Setting(value = "16", min = 1, doc = "Rank of the adapter's matrices.") int loraR,
        @Setting(value = "32", above = 0, doc = "The adapter's product is scaled by lora_alpha / lora_r.") double loraAlpha,
        @Setting(value = "0.05", min = 0, below = 1, doc = "Dropout on what the adapter reads, while training.") double loraDropout,
        @Setting(value = "all-linear", doc = "Modules with an adapter: ends of names (q_proj,v_proj), re: and a regular expression for"
                + " whole names, or all-linear: every projection but the head.") List<String> loraTargetModules,
        @Setting(doc = "Modules without one all the same: ends of names, or re: and a regular expression.") List<String> loraExcludeModules,
        @Setting(doc = "Only these layers, counted from 0; none given = all.") List<Integer> loraLayersToTransform,
        @Setting(doc = "Modules that train whole, by the end of their names; the score head of a model that scores always does.") List<String> loraModulesToSave,
        @Setting(value = "false", doc = "Scale by lora_alpha / √lora_r (arXiv 2312.03732).") boolean useRslora,
        @Setting(value = "false", doc = "Train the length of each row on its own (DoRA, arXiv 2402.09353).") boolean useDora,
        @Setting(value = "true", doc = "Start: true (changes nothing at first), gaussian (likewise), pissa (the largest singular vectors,"
                + " arXiv 2404.02948) or pissa_niter_N (found in N iterations).") String initLoraWeights,
        @Setting(doc = "Ranks by a regular expression for the end of a name, such as v_proj: 8.") Map<String, String> loraRankPattern,
        @Setting(doc = "The same for lora_alpha.") Map<String, String> loraAlphaPattern,
        @Setting(value = "20", min = 1, doc = "Tokens that prompt_tuning or prefix_tuning learns.") int numVirtualTokens,
        @Setting(value = "random", doc = "Where prompt_tuning starts: random (deviation 1), sample_vocab (tokens drawn from the vocabulary)"
                + " or text.") PromptStart promptTuningInit,
        @Setting(doc = "Text whose tokens it starts from, repeated or cut off.") Optional<String> promptTuningInitText,
        @Setting(value = "false", doc = "Let two layers make the keys and values of prefix_tuning from learned rows; what they make is saved.") boolean prefixProjection,
        @Setting(value = "0", min = 0, doc = "Width between the two layers; 0 = that of the keys of all heads.") int encoderHiddenSize,
        @Setting(doc = "Folder of a saved adapter to go on with; it says what it is.") Optional<Path> adapter,
        @Setting(value = "nf4", aliases = "bnb_4bit_quant_type", doc = "What qlora keeps frozen matrices as: nf4 (4 bits) or int8.") Codes quantisation,
        @Setting(value = "true", aliases = {
                "bnb_4bit_use_double_quant",
                "use_bnb_nested_quant"}, doc = "Quantise the scales of nf4 too (double quantisation).") boolean doubleQuant,
        @Setting(value = "64", min = 32, max = 4096, doc = "Numbers of nf4 that share a scale, a power of two.") int quantBlockSize,
        @Setting(value = "false", aliases = "save_merged", doc = "End with a whole model, the adapter merged into it, instead of the adapter's"
                + " folder.") boolean mergeAdapter) {

    /** Forms of frozen matrices. */
    public enum Codes {
        NF4, INT8
    }

    /** Starts of learned tokens. */
    public enum PromptStart {
        RANDOM, SAMPLE_VOCAB, TEXT
    }

    private static final String REGEX = "re:";
    /** Keys that say something with learned tokens, and nothing else. */
    static final List<String> OF_VIRTUAL = List.of("num_virtual_tokens", "prompt_tuning_init",
            "prompt_tuning_init_text", "prefix_projection", "encoder_hidden_size");
    private static final String ALL_LINEAR = "all-linear";

    public AdapterSettings {
        loraTargetModules = List.copyOf(loraTargetModules);
        loraExcludeModules = List.copyOf(loraExcludeModules);
        loraLayersToTransform = List.copyOf(loraLayersToTransform);
        loraModulesToSave = List.copyOf(loraModulesToSave);
        loraRankPattern = Map.copyOf(loraRankPattern);
        loraAlphaPattern = Map.copyOf(loraAlphaPattern);
    }

    /** All weights train. */
    public static AdapterSettings full() {
        return ConfigReader.record(AdapterSettings.class, Map.of());
    }

    /**
     * What a fresh adapter is; {@link AdapterChecks} has looked at the settings.
     *
     * @param base the model that gets it
     * @param text folder of the tokenizer
     */
    AdapterSpec spec(Model base, Path text) {
        return switch (trainMode) {
            case FULL -> throw new IllegalStateException("no adapter with train_mode full");
            case LORA, QLORA -> lora();
            case PROMPT_TUNING -> new PromptSpec(numVirtualTokens, switch (promptTuningInit) {
                case RANDOM -> new PromptSpec.Random();
                case SAMPLE_VOCAB -> new PromptSpec.SampledVocabulary();
                case TEXT -> new PromptSpec.Text(promptTuningInitText.orElseThrow(), text.toString());
            });
            case PREFIX_TUNING -> new PrefixSpec(numVirtualTokens, prefixProjection
                    ? OptionalInt.of(encoderHiddenSize > 0 ? encoderHiddenSize : keyWidth(base))
                    : OptionalInt.empty());
        };
    }

    private static int keyWidth(Model base) {
        return base.backbone() instanceof Decoder decoder
                ? decoder.spec().attention().keyHeads() * decoder.spec().attention().headSize()
                : base.backbone().width();
    }

    private LoraSpec lora() {
        LoraSpec.Targets targets = new LoraSpec.Targets(choice(loraTargetModules), choice(loraExcludeModules),
                loraLayersToTransform);
        LoraSpec.Ranks ranks = new LoraSpec.Ranks(loraR, loraAlpha, useRslora,
                numbers(loraRankPattern, Integer::valueOf),
                numbers(loraAlphaPattern, Double::valueOf));
        return new LoraSpec(targets, ranks, loraDropout, useDora, start(), loraModulesToSave);
    }

    private static LoraSpec.Choice choice(List<String> words) {
        if (words.equals(List.of(ALL_LINEAR))) {
            return new LoraSpec.AllLinear();
        }
        return isRegex(words)
                ? new LoraSpec.Pattern(words.getFirst().substring(REGEX.length()))
                : new LoraSpec.Names(words);
    }

    static boolean isRegex(List<String> words) { return words.size() == 1 && words.getFirst().startsWith(REGEX); }

    private static <V> Map<String, V> numbers(Map<String, String> texts, Function<String, V> number) {
        Map<String, V> numbers = new LinkedHashMap<>();
        texts.forEach((name, text) -> numbers.put(name, number.apply(text.strip())));
        return numbers;
    }

    private LoraSpec.Start start() {
        String niter = "pissa_niter_";
        return switch (initLoraWeights) {
            case "true" -> new LoraSpec.KaimingUniform();
            case "gaussian" -> new LoraSpec.Gaussian();
            case "pissa" -> new LoraSpec.Pissa(OptionalInt.empty());
            default -> new LoraSpec.Pissa(OptionalInt.of(Integer.parseInt(initLoraWeights.substring(niter.length()))));
        };
    }

    /** How frozen matrices are kept. */
    Quantisation codes() {
        if (trainMode != TrainMode.QLORA) {
            return Quantisation.NONE;
        }
        return quantisation == Codes.INT8
                ? Quantisation.INT8
                : new Quantisation(Quantisation.Kind.NF4, quantBlockSize, doubleQuant);
    }

    /** What decides the result of a run, by key; nothing where all weights train. */
    Map<String, Object> identity() {
        if (!trainMode.adapts()) {
            return Map.of();
        }
        Map<String, Object> identity = new LinkedHashMap<>(ConfigWriter.toMap(this));
        identity.keySet().removeAll(List.of("adapter", "merge_adapter")); // files count by what they hold
        identity.keySet().removeIf(key -> !key.equals("train_mode") && trainMode.virtual() != OF_VIRTUAL.contains(key));
        return identity;
    }
}
