package dev.hone.train;

import dev.hone.config.ConfigReader;
import dev.hone.config.ConfigWriter;
import dev.hone.config.Setting;
import dev.hone.config.SettingGroup;
import dev.hone.model.LoraSpec;
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
                + " that are quantised.") TrainMode trainMode,
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

    private static final String REGEX = "re:";
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

    /** What a fresh adapter is; {@link AdapterChecks} has looked at the settings. */
    LoraSpec spec() {
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
        return identity;
    }
}
