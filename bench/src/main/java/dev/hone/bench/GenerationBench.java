package dev.hone.bench;

import dev.hone.model.Decoder;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Greedy generation: {@code GenerationBench MODEL_DIR ROWS PROMPT_TOKENS NEW_TOKENS}, the best and the median of five rounds. */
public final class GenerationBench {
    private static final int ROUNDS = 6;

    private GenerationBench() {}

    public static void main(String[] args) {
        int rows = Integer.parseInt(args[1]);
        int prompt = Integer.parseInt(args[2]);
        int fresh = Integer.parseInt(args[3]);
        try (Decoder model = Decoder.load(Path.of(args[0]), DType.BFLOAT16, Device.CPU)) {
            Random random = new Random(7);
            List<int[]> prompts = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                prompts.add(random.ints(prompt, 0, model.vocabulary()).toArray());
            }
            RolloutEngine engine = new RolloutEngine(model);
            Generation generation = new Generation(fresh, 1, Sampling.GREEDY, Stop.at(List.of()));
            double[] rates = new double[ROUNDS - 1];
            for (int round = 0; round < ROUNDS; round++) {
                long begun = System.nanoTime();
                engine.generate(PromptTokens.of(prompts), generation);
                if (round > 0) {
                    rates[round - 1] = rows * (double) fresh / ((System.nanoTime() - begun) / 1e9);
                }
            }
            java.util.Arrays.sort(rates);
            System.out.println(String.format(Locale.ROOT,
                    "{\"case\": \"hone_generate\", \"rows\": %d, \"prompt\": %d, \"new_tokens\": %d,"
                            + " \"tokens_per_s\": %.0f, \"best_tokens_per_s\": %.0f, \"threads\": %d}",
                    rows, prompt, fresh, rates[rates.length / 2], rates[rates.length - 1], Engine.threads()));
        }
    }
}
