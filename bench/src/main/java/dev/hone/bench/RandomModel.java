package dev.hone.bench;

import dev.hone.tensor.DType;
import dev.hone.tensor.SafetensorsEntry;
import dev.hone.tensor.ShardedWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Makes a model folder of random bfloat16 weights on the disk, shard by shard and without holding it in memory, for
 * measurements of loading and speed at real sizes:
 * {@code RandomModel FOLDER [hidden=4096 layers=32 heads=32 kv_heads=8 ffn=11008 vocabulary=32000 type=llama shard_mb=2000]}.
 * {@code type} is {@code llama} or {@code qwen2}; the head is its own matrix. A folder that holds weights is refused.
 */
public final class RandomModel {
    private static final int PIECE = 1 << 20;

    /** The sizes. */
    private record Shape(String type, long hidden, int layers, long heads, long keyHeads, long ffn, long vocabulary,
            long shardBytes) {
        static Shape parse(List<String> words) {
            Map<String, String> given = new HashMap<>(Map.of("hidden", "4096", "layers", "32", "heads", "32",
                    "kv_heads", "8", "ffn", "11008", "vocabulary", "32000", "type", "llama", "shard_mb", "2000"));
            for (String word : words) {
                String[] both = word.split("=", 2);
                if (both.length != 2 || given.replace(both[0], both[1]) == null) {
                    throw new IllegalArgumentException("'" + word + "': expected KEY=VALUE with one of "
                            + given.keySet().stream().sorted().toList());
                }
            }
            String type = given.getOrDefault("type", "");
            if (!List.of("llama", "qwen2").contains(type)) {
                throw new IllegalArgumentException("type=" + type + ": expected llama or qwen2");
            }
            return new Shape(type, number(given, "hidden"), (int) number(given, "layers"),
                    number(given, "heads"), number(given, "kv_heads"), number(given, "ffn"),
                    number(given, "vocabulary"), number(given, "shard_mb") * 1_000_000);
        }

        private static long number(Map<String, String> given, String key) {
            long value = Long.parseLong(given.getOrDefault(key, ""));
            if (value < 1) {
                throw new IllegalArgumentException(key + "=" + value + ": expected at least 1");
            }
            return value;
        }

        String config() {
            return String.format(Locale.ROOT, """
                    {"model_type": "%s", "architectures": ["%s"], "vocab_size": %d, "hidden_size": %d,
                     "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d,
                     "num_key_value_heads": %d, "max_position_embeddings": 4096, "rms_norm_eps": 1e-5,
                     "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": false, "dtype": "bfloat16"}
                    """, type, type.equals("llama") ? "LlamaForCausalLM" : "Qwen2ForCausalLM", vocabulary, hidden, ffn,
                    layers, heads, keyHeads);
        }
    }

    private final Shape shape;
    private final List<SafetensorsEntry> entries = new ArrayList<>();

    private RandomModel(Shape shape) { this.shape = shape; }

    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            throw new IllegalArgumentException("expected RandomModel FOLDER [KEY=VALUE …]");
        }
        Path folder = Path.of(args[0]);
        Shape shape = Shape.parse(List.of(args).subList(1, args.length));
        if (Files.exists(folder.resolve("config.json"))) {
            throw new IllegalArgumentException(folder + " holds a model already: expected a new folder");
        }
        long begun = System.nanoTime();
        List<SafetensorsEntry> entries = new RandomModel(shape).entries();
        ShardedWriter.write(folder, entries, shape.shardBytes());
        Files.writeString(folder.resolve("config.json"), shape.config());
        long bytes = entries.stream().mapToLong(SafetensorsEntry::bytes).sum();
        System.out.println(String.format(Locale.ROOT,
                "{\"case\": \"random_model\", \"parameters\": %d, \"bytes\": %d, \"seconds\": %.1f}", bytes / 2, bytes,
                (System.nanoTime() - begun) / 1e9));
    }

    private List<SafetensorsEntry> entries() {
        long size = shape.hidden() / shape.heads();
        matrix("model.embed_tokens.weight", shape.vocabulary(), shape.hidden());
        for (int layer = 0; layer < shape.layers(); layer++) {
            String prefix = "model.layers." + layer + ".";
            norm(prefix + "input_layernorm.weight");
            projection(prefix + "self_attn.q_proj", shape.heads() * size);
            projection(prefix + "self_attn.k_proj", shape.keyHeads() * size);
            projection(prefix + "self_attn.v_proj", shape.keyHeads() * size);
            matrix(prefix + "self_attn.o_proj.weight", shape.hidden(), shape.heads() * size);
            norm(prefix + "post_attention_layernorm.weight");
            matrix(prefix + "mlp.gate_proj.weight", shape.ffn(), shape.hidden());
            matrix(prefix + "mlp.up_proj.weight", shape.ffn(), shape.hidden());
            matrix(prefix + "mlp.down_proj.weight", shape.hidden(), shape.ffn());
        }
        norm("model.norm.weight");
        matrix("lm_head.weight", shape.vocabulary(), shape.hidden());
        return entries;
    }

    private void projection(String name, long outputs) {
        matrix(name + ".weight", outputs, shape.hidden());
        if (shape.type().equals("qwen2")) {
            matrix(name + ".bias", outputs);
        }
    }

    private void matrix(String name, long... sizes) {
        entries.add(new SafetensorsEntry(name, DType.BFLOAT16, sizes, reader -> {
            long count = 1;
            for (long length : sizes) {
                count *= length;
            }
            noise(name.hashCode(), count, reader);
        }));
    }

    private void norm(String name) {
        entries.add(new SafetensorsEntry(name, DType.BFLOAT16, new long[]{shape.hidden()}, reader -> {
            short[] ones = new short[(int) shape.hidden()];
            java.util.Arrays.fill(ones, (short) (Float.floatToIntBits(1) >>> 16));
            reader.accept(MemorySegment.ofArray(ones));
        }));
    }

    /** Nearly normal numbers of deviation 0.02: four bytes of chance each, summed, take a tenth of the time of true ones. */
    private static void noise(long seed, long count, Consumer<MemorySegment> reader) {
        SplittableRandom random = new SplittableRandom(seed);
        short[] piece = new short[(int) Math.min(PIECE, count)];
        for (long done = 0; done < count; done += piece.length) {
            int length = (int) Math.min(piece.length, count - done);
            for (int i = 0; i < length; i += 2) {
                long bits = random.nextLong();
                piece[i] = rounded((int) bits);
                if (i + 1 < length) {
                    piece[i + 1] = rounded((int) (bits >>> 32));
                }
            }
            reader.accept(MemorySegment.ofArray(piece).asSlice(0, (long) length * Short.BYTES));
        }
    }

    private static short rounded(int bits) {
        int sum = (bits & 255) + (bits >>> 8 & 255) + (bits >>> 16 & 255) + (bits >>> 24) - 510;
        return (short) (Float.floatToIntBits(sum * (0.02f / 147.8f)) >>> 16);
    }
}
