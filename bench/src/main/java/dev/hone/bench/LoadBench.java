package dev.hone.bench;

import dev.hone.model.Decoder;
import dev.hone.model.Quantisation;
import dev.hone.model.QuantisedWeight;
import dev.hone.model.Rows;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import dev.hone.tensor.Scope;
import dev.hone.tensor.Tape;
import dev.hone.text.Packed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * What opening a model takes: {@code LoadBench MODEL_DIR none|nf4|int8 TOKENS}. Seconds, the largest resident size while it
 * was opened and after a forward pass of so many tokens, and the bytes that weights take.
 */
public final class LoadBench {
    private LoadBench() {}

    public static void main(String[] args) {
        Quantisation quantisation = switch (args[1]) {
            case "none" -> Quantisation.NONE;
            case "nf4" -> Quantisation.NF4;
            case "int8" -> Quantisation.INT8;
            default -> throw new IllegalArgumentException(args[1] + ": expected none, nf4 or int8");
        };
        Engine.start();
        long idle = Machine.resident();
        long begun = System.nanoTime();
        try (Decoder model = Decoder.load(Path.of(args[0]), DType.BFLOAT16, Device.CPU, quantisation)) {
            double seconds = (System.nanoTime() - begun) / 1e9;
            long opened = Machine.peakResident();
            long dense = model.parameters().stream().mapToLong(p -> p.value().count() * p.value().dtype().bytes())
                    .sum();
            long codes = model.quantised().stream().mapToLong(QuantisedWeight::bytes).sum();
            System.out.println(String.format(Locale.ROOT,
                    "{\"case\": \"load_%s\", \"seconds\": %.1f, \"idle_mb\": %d, \"peak_mb\": %d, \"now_mb\": %d,"
                            + " \"dense_mb\": %d, \"quantised_mb\": %d, \"threads\": %d}",
                    args[1], seconds, idle >> 20, opened >> 20, Machine.resident() >> 20, dense >> 20, codes >> 20,
                    Engine.threads()));
            int tokens = Integer.parseInt(args[2]);
            for (int round = 0; round < 2; round++) {
                System.out.println(String.format(Locale.ROOT,
                        "{\"case\": \"forward_%s\", \"tokens\": %d, \"seconds\": %.2f, \"peak_mb\": %d}", args[1],
                        tokens, forward(model, tokens), Machine.peakResident() >> 20));
            }
        }
    }

    private static double forward(Decoder model, int tokens) {
        int[] ids = new Random(3).ints(tokens, 0, model.vocabulary()).toArray();
        float[] weight = new float[tokens];
        Arrays.fill(weight, 1);
        long begun = System.nanoTime();
        try (Scope scope = Scope.open()) {
            Rows rows = Rows.of(new Packed(ids, new int[]{0, tokens}, weight), model.vocabulary(), Device.CPU);
            double sum = model.head().logits(model.hidden(Tape.inference(), rows)).to(DType.FLOAT32).sum().item();
            if (!Double.isFinite(sum)) {
                throw new IllegalStateException("the logits are not finite");
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }
}
