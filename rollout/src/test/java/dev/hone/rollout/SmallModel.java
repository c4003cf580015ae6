package dev.hone.rollout;

import dev.hone.model.Decoder;
import dev.hone.model.HubConfig;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.text.Packed;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** A small random model whose heads fill whole vectors, and prompts for it. */
final class SmallModel {
    static final int VOCABULARY = 26;

    private SmallModel() {}

    static Decoder make(long seed) { return Decoder.random(HubConfig.parse("""
            {"model_type": "qwen2", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "intermediate_size": 48, "vocab_size": 26, "max_position_embeddings": 200,
             "initializer_range": 0.3, "tie_word_embeddings": true}"""), seed, DType.FLOAT32, Device.CPU); }

    static RolloutEngine engine(Decoder model, int slots) {
        return new RolloutEngine(model, new EngineLimits(slots, Long.MAX_VALUE, Long.MAX_VALUE), Optional.empty());
    }

    static List<PromptTokens> prompts(int count) {
        Random random = new Random(9);
        return PromptTokens.of(Stream.generate(() -> random.ints(1 + random.nextInt(20), 0, VOCABULARY).toArray())
                .limit(count).toList());
    }

    /** log π(t) at each position of a rollout's completion by the full forward, [tokens][V]. */
    static double[][] logProbs(Decoder model, Rollout rollout, double temperature) {
        int[] prompt = rollout.promptIds();
        int[] ids = java.util.Arrays.copyOf(prompt, prompt.length + rollout.completionIds().length);
        System.arraycopy(rollout.completionIds(), 0, ids, prompt.length, rollout.completionIds().length);
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.of(new Packed(ids, new int[]{0, ids.length}, new float[ids.length]), VOCABULARY,
                    Device.CPU);
            float[] all = model.head().logits(model.hidden(Tape.inference(), rows)).div(temperature).logSoftmax(-1)
                    .toFloats();
            double[][] at = new double[rollout.completionIds().length][VOCABULARY];
            for (int i = 0; i < at.length; i++) {
                for (int id = 0; id < VOCABULARY; id++) {
                    at[i][id] = all[(prompt.length - 1 + i) * VOCABULARY + id];
                }
            }
            return at;
        }
    }
}
