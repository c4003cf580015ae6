package dev.hone.rollout;

import dev.hone.model.HubConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a model wants to be sampled: its {@code generation_config.json}, with transformers' values for what the file leaves out
 * (no sampling unless {@code do_sample} is true; then temperature 1 and {@code top_k} 50). Where the file names no end token,
 * or there is no file, {@code config.json} does.
 *
 * @param sampling greedy unless the file says otherwise; seed 0
 * @param endTokens ids that end a reply, possibly none
 * @param maxNewTokens where the file gives it
 */
public record GenerationDefaults(Sampling sampling, Set<Integer> endTokens, Optional<Integer> maxNewTokens) {
    private static final double TOP_K = 50;

    /**
     * Reads a model folder.
     *
     * @throws dev.hone.model.ModelException where a file is not JSON or a value is not what its key needs
     */
    public static GenerationDefaults read(Path folder) {
        Path file = folder.resolve("generation_config.json");
        if (!Files.isRegularFile(file)) {
            return new GenerationDefaults(Sampling.GREEDY, ends(HubConfig.read(folder).tokenIds("eos_token_id")),
                    Optional.empty());
        }
        HubConfig config = HubConfig.readFile(file);
        List<Integer> given = config.tokenIds("eos_token_id");
        boolean elsewhere = given.isEmpty() && Files.isRegularFile(folder.resolve("config.json"));
        return new GenerationDefaults(sampling(config),
                ends(elsewhere ? HubConfig.read(folder).tokenIds("eos_token_id") : given),
                config.optionalCount("max_new_tokens"));
    }

    /** The end tokens as a stop rule. */
    public Stop stop() { return Stop.at(endTokens); }

    private static Set<Integer> ends(List<Integer> ids) { return Set.copyOf(new LinkedHashSet<>(ids)); }

    private static Sampling sampling(HubConfig config) {
        boolean sample = config.flag("do_sample", false);
        double topK = config.number("top_k", TOP_K);
        try {
            Sampling.require(topK == Math.rint(topK), "top_k", topK, "a whole number");
            return new Sampling(sample ? config.number("temperature", 1) : 0, (int) topK, config.number("top_p", 1),
                    config.number("min_p", 0), config.number("repetition_penalty", 1), 0);
        } catch (IllegalArgumentException e) {
            throw config.refused(e);
        }
    }
}
