package dev.hone.model;

import java.util.List;
import java.util.Optional;

/**
 * What a family calls its tensors. {@code %d} stands for the layer; names of a layer follow its prefix.
 *
 * @param root a prefix that old files of the family lack
 * @param embedding the token table
 * @param positions the table of learned positions
 * @param layer the prefix of a layer
 * @param attention names inside a layer's attention
 * @param feedForward names inside a layer's feed-forward
 * @param finalNorm the norm after the last layer
 * @param inOut whether matrices are stored [in, out]
 * @param ignored name endings of buffers that old files carry and nobody needs
 */
record TensorNames(String root, String embedding, Optional<String> positions, String layer, AttentionNames attention,
        FeedForwardNames feedForward, String finalNorm, boolean inOut, List<String> ignored) {

    static final String HEAD = "lm_head.weight";

    /** How folders may spell these names; the head of a causal model may lie there unread. */
    StoredNames stored() {
        return new StoredNames(root, List.of(HEAD), ignored, java.util.Map.of());
    }

    /**
     * Attention's tensors, without the ending {@code .weight} or {@code .bias}.
     *
     * @param norm before it
     * @param projections queries, keys and values, one name each or one for all three
     * @param output the projection after it
     * @param headNorms per-head norms of queries and keys, empty where the family has none
     */
    record AttentionNames(String norm, List<String> projections, String output, List<String> headNorms) {}

    /**
     * The feed-forward's tensors, without endings.
     *
     * @param norm before it
     * @param in gate and up, or the one inner projection
     * @param out the projection back
     */
    record FeedForwardNames(String norm, List<String> in, String out) {}

    static final TensorNames LLAMA = new TensorNames("model.", "model.embed_tokens.weight", Optional.empty(),
            "model.layers.%d.",
            new AttentionNames("input_layernorm", List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                    "self_attn.o_proj", List.of("self_attn.q_norm", "self_attn.k_norm")),
            new FeedForwardNames("post_attention_layernorm", List.of("mlp.gate_proj", "mlp.up_proj"), "mlp.down_proj"),
            "model.norm", false, List.of("rotary_emb.inv_freq"));

    static final TensorNames GPT2 = new TensorNames("transformer.", "transformer.wte.weight",
            Optional.of("transformer.wpe.weight"), "transformer.h.%d.",
            new AttentionNames("ln_1", List.of("attn.c_attn"), "attn.c_proj", List.of()),
            new FeedForwardNames("ln_2", List.of("mlp.c_fc"), "mlp.c_proj"), "transformer.ln_f", true,
            List.of(".attn.bias", ".attn.masked_bias"));
}
