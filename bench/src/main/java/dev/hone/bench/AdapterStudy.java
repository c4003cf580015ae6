package dev.hone.bench;

import dev.hone.model.ActorCritic;
import dev.hone.model.Adapter;
import dev.hone.model.AdapterFolder;
import dev.hone.model.AdapterSpec;
import dev.hone.model.Decoder;
import dev.hone.model.Families;
import dev.hone.model.HubConfig;
import dev.hone.model.LoraSpec;
import dev.hone.model.Model;
import dev.hone.model.PrefixSpec;
import dev.hone.model.PromptSpec;
import dev.hone.model.RewardModel;
import dev.hone.model.Rows;
import dev.hone.model.ValuedPolicy;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Parameter;
import dev.hone.tensor.Randomness;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.tensor.Tensor;
import dev.hone.text.Packed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/**
 * Adapters: {@code AdapterStudy write OUT_DIR BASE_DIR...} writes adapters of several kinds for each base, with the logits
 * that {@code bench/adapters/peft_opens.py} compares; {@code AdapterStudy time} measures forward and backward with and
 * without one.
 */
public final class AdapterStudy {
    private static final String TEN_MILLION = """
            {"model_type": "qwen2", "vocab_size": 8192, "hidden_size": 256, "intermediate_size": 1024,
             "num_hidden_layers": 6, "num_attention_heads": 8, "num_key_value_heads": 4,
             "max_position_embeddings": 1024, "tie_word_embeddings": true}""";
    private static final int ROUNDS = 15;

    private AdapterStudy() {}

    public static void main(String[] args) throws IOException {
        if (args[0].equals("time")) {
            for (DType dtype : List.of(DType.BFLOAT16, DType.FLOAT32)) {
                time(dtype);
            }
            return;
        }
        for (String base : Arrays.asList(args).subList(2, args.length)) {
            for (Map.Entry<String, AdapterSpec> kind : kinds(Path.of(base)).entrySet()) {
                write(Path.of(base), kind.getValue(),
                        Path.of(args[1], Path.of(base).getFileName() + "_" + kind.getKey()));
            }
        }
    }

    private static Map<String, AdapterSpec> kinds(Path base) {
        Map<String, AdapterSpec> kinds = new LinkedHashMap<>(lora());
        if (Families.known().contains(HubConfig.read(base).modelType())) {
            kinds.put("prompt", new PromptSpec(5, new PromptSpec.SampledVocabulary()));
            kinds.put("prefix", new PrefixSpec(5, OptionalInt.empty()));
            kinds.put("prefix_projection", new PrefixSpec(5, OptionalInt.of(7)));
        }
        return kinds;
    }

    private static Map<String, LoraSpec> lora() {
        LoraSpec all = LoraSpec.allLinear(4, 6);
        Map<String, LoraSpec> kinds = new LinkedHashMap<>();
        kinds.put("lora", all);
        kinds.put("dora", all.withDora(true));
        kinds.put("pissa", all.with(new LoraSpec.Pissa(OptionalInt.empty())));
        kinds.put("pissa_niter", all.with(new LoraSpec.Pissa(OptionalInt.of(4))));
        kinds.put("patterns", all.with(new LoraSpec.Gaussian()).with(new LoraSpec.Ranks(4, 6, true,
                Map.of("(v_proj|value|v_lin|c_proj)", 2), Map.of("(q_proj|query|q_lin|c_fc)", 3.5))));
        kinds.put("tables", all.with(new LoraSpec.Targets(
                new LoraSpec.Pattern(".*(embed_tokens|wte|word_embeddings|down_proj|c_proj|output\\.dense|lin2)"),
                new LoraSpec.Names(List.of()), List.of())));
        return kinds;
    }

    private static Model open(Path base) {
        String first = HubConfig.read(base).texts("architectures").getFirst();
        return first.endsWith("ForSequenceClassification")
                ? RewardModel.load(base, DType.FLOAT32, Device.CPU)
                : Decoder.load(base, DType.FLOAT32, Device.CPU);
    }

    private static void write(Path base, AdapterSpec spec, Path folder) throws IOException {
        try (Model model = open(base); Adapter adapter = Adapter.fresh(model, spec, base.toString(), 1)) {
            try (Scope scope = Scope.open()) {
                long index = 0;
                for (Parameter parameter : adapter.parameters()) {
                    parameter.value().addInPlace(Randomness.of(2, index++).normal(0.1, parameter.value().dtype(),
                            Device.CPU, parameter.value().shape()));
                }
            }
            AdapterFolder.save(adapter, folder, DType.FLOAT32);
            int[] ids = new Random(3).ints(9, 5, model.backbone().vocabulary()).toArray();
            try (Scope scope = Scope.open()) {
                Tensor logits = logits(model, Rows.of(packed(1, ids), model.backbone().vocabulary(), Device.CPU));
                Files.writeString(folder.resolve("logits.json"), String.format(Locale.ROOT,
                        "{\"base\": \"%s\", \"ids\": %s, \"logits\": %s}%n", base, Arrays.toString(ids),
                        rows(logits)));
            }
        }
    }

    private static Tensor logits(Model model, Rows rows) {
        return switch (model) {
            case Decoder decoder -> decoder.head().logits(decoder.hidden(Tape.inference(), rows));
            case RewardModel reward -> reward.scores(Tape.inference(), rows);
            case ActorCritic both -> logits(both.policy(), rows);
            case ValuedPolicy valued -> logits(valued.policy(), rows);
        };
    }

    private static String rows(Tensor logits) {
        float[] all = logits.toFloats();
        int width = (int) logits.size(1);
        return Arrays.toString(java.util.stream.IntStream.range(0, all.length / width)
                .mapToObj(i -> Arrays.toString(Arrays.copyOfRange(all, i * width, (i + 1) * width))).toArray());
    }

    private static Packed packed(int sequences, int[] ids) {
        int[] starts = new int[sequences + 1];
        Arrays.setAll(starts, n -> n * ids.length / sequences);
        float[] weight = new float[ids.length];
        Arrays.fill(weight, 1);
        return new Packed(ids, starts, weight);
    }

    private static void time(DType dtype) {
        Map<String, LoraSpec> kinds = new LinkedHashMap<>();
        kinds.put("lora r 16", LoraSpec.allLinear(16, 32));
        kinds.put("lora r 16, dropout", LoraSpec.allLinear(16, 32).withDropout(0.05));
        kinds.put("dora r 16", LoraSpec.allLinear(16, 32).withDora(true));
        try (Decoder model = Decoder.random(HubConfig.parse(TEN_MILLION), 1, dtype, Device.CPU)) {
            report(dtype, "full", model);
            kinds.forEach((name, spec) -> {
                try (Adapter adapter = Adapter.fresh(model, spec, "random", 1)) {
                    report(dtype, name, model);
                }
            });
        }
    }

    private static void report(DType dtype, String name, Decoder model) {
        int[] ids = new Random(1).ints(1536, 0, model.vocabulary()).toArray();
        double[] seconds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long begun = System.nanoTime();
            try (Scope scope = Scope.open()) {
                Rows rows = Rows.of(packed(8, ids), model.vocabulary(), Device.CPU);
                Tape tape = Tape.training(Randomness.of(round));
                Tensor logProbs = model.head().logProbs(tape, model.hidden(tape, rows), rows);
                tape.backward(logProbs, logProbs.mul(0).add(-1.0 / ids.length));
            }
            seconds[round] = (System.nanoTime() - begun) / 1e9;
            model.parameters().forEach(Parameter::clearGradient);
        }
        Arrays.sort(seconds);
        System.out.println(
                String.format(Locale.ROOT, "{\"dtype\": \"%s\", \"case\": \"%s\", \"ms\": %.1f, \"best\": %.1f}",
                        dtype, name, 1e3 * seconds[ROUNDS / 2], 1e3 * seconds[0]));
    }
}
