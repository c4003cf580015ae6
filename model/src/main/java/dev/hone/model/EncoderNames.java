package dev.hone.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a family of encoders calls its tensors. {@code %d} stands for the layer.
 *
 * @param stored how folders may spell them
 * @param words the token table
 * @param positions the table of positions
 * @param types the table of token types
 * @param norm the norm of the embedding, without ending
 * @param layer names inside a layer
 */
record EncoderNames(StoredNames stored, String words, String positions, Optional<String> types, String norm,
        LayerNames layer) {

    /**
     * A layer's tensors, without the ending {@code .weight} or {@code .bias}.
     *
     * @param prefix of all of them
     * @param projections queries, keys and values
     * @param output the projection after attention
     * @param attentionNorm after attention and its residual
     * @param in the inner projection
     * @param out the projection back
     * @param outNorm after the feed-forward and its residual
     */
    record LayerNames(String prefix, List<String> projections, String output, String attentionNorm, String in,
            String out, String outNorm) {}

    private static final Map<String, String> OLD_NORMS = Map.of("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias",
            "LayerNorm.beta");
    private static final List<String> BUFFERS = List.of("embeddings.position_ids", "embeddings.token_type_ids");

    static final EncoderNames BERT = bertLike("bert.", List.of("cls."));
    static final EncoderNames ROBERTA = bertLike("roberta.", List.of("lm_head.", "roberta.pooler.", "pooler."));
    static final EncoderNames DISTILBERT = new EncoderNames(
            new StoredNames("distilbert.", List.of("vocab_transform.", "vocab_layer_norm.", "vocab_projector."),
                    BUFFERS, OLD_NORMS),
            "distilbert.embeddings.word_embeddings.weight", "distilbert.embeddings.position_embeddings.weight",
            Optional.empty(), "distilbert.embeddings.LayerNorm",
            new LayerNames("distilbert.transformer.layer.%d.",
                    List.of("attention.q_lin", "attention.k_lin", "attention.v_lin"), "attention.out_lin",
                    "sa_layer_norm", "ffn.lin1", "ffn.lin2", "output_layer_norm"));

    private static EncoderNames bertLike(String root, List<String> foreign) {
        return new EncoderNames(new StoredNames(root, foreign, BUFFERS, OLD_NORMS),
                root + "embeddings.word_embeddings.weight", root + "embeddings.position_embeddings.weight",
                Optional.of(root + "embeddings.token_type_embeddings.weight"), root + "embeddings.LayerNorm",
                new LayerNames(root + "encoder.layer.%d.",
                        List.of("attention.self.query", "attention.self.key", "attention.self.value"),
                        "attention.output.dense", "attention.output.LayerNorm", "intermediate.dense", "output.dense",
                        "output.LayerNorm"));
    }
}
