package dev.hone.bench;

import dev.hone.model.Decoder;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.train.Curve;
import dev.hone.train.SvgChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How the cost of generation grows: {@code GenerationCost MODEL_DIR OUT_DIR}. Draws in bf16 and writes three charts,
 * {@code batch.svg}, {@code length.svg} and {@code group.svg}, and their numbers to the terminal.
 */
public final class GenerationCost {
    private static final int ROUNDS = 5;
    private static final int PROMPT = 64;
    private static final int NEW = 64;

    private final RolloutEngine engine;
    private final int vocabulary;

    private GenerationCost(Decoder model) {
        this.engine = new RolloutEngine(model);
        this.vocabulary = model.vocabulary();
    }

    /** Calls to compare: what varies and what is asked then. */
    private record Call(int prompts, int promptTokens, int samples, int newTokens) {
        int written() { return prompts * samples * newTokens; }
    }

    public static void main(String[] args) throws IOException {
        Path out = Files.createDirectories(Path.of(args[1]));
        try (Decoder model = Decoder.load(Path.of(args[0]), DType.BFLOAT16, Device.CPU)) {
            GenerationCost cost = new GenerationCost(model);
            cost.seconds(new Call(16, PROMPT, 1, NEW), 4 * ROUNDS);
            int[] batches = {1, 2, 4, 8, 16, 32, 64};
            Curve rate = cost.curve("prompts", batches, n -> new Call(n, PROMPT, 1, NEW), true);
            write(out.resolve("batch.svg"), new SvgChart("New tokens per second").line("tokens/s", rate)
                    .xName("prompts of 64 tokens, 64 new tokens each"));
            int[] lengths = {16, 32, 64, 128, 256, 512, 1024};
            Curve length = cost.curve("new tokens", lengths, n -> new Call(16, PROMPT, 1, n), false);
            write(out.resolve("length.svg"), new SvgChart("Seconds of a call").line("seconds", length)
                    .xName("new tokens for each of 16 prompts of 64"));
            int[] groups = {1, 2, 4, 8, 16};
            Curve shared = cost.curve("samples", groups, n -> new Call(4, 256, n, NEW), false);
            Curve alone = cost.curve("as prompts of their own", groups, n -> new Call(4 * n, 256, 1, NEW), false);
            write(out.resolve("group.svg"), new SvgChart("Seconds of a call").line("samples of 4 prompts", shared)
                    .line("as prompts of their own", alone)
                    .xName("samples of each of 4 prompts of 256, 64 new tokens"));
        }
    }

    private static void write(Path file, SvgChart chart) throws IOException {
        Files.writeString(file, chart.standalone());
    }

    private Curve curve(String what, int[] values, IntFunction<Call> calls, boolean asRate) {
        double[] y = IntStream.of(values).mapToDouble(value -> {
            Call call = calls.apply(value);
            double seconds = seconds(call, ROUNDS);
            System.out.printf(Locale.ROOT, "%s %d: %.3f s, %.0f tokens/s%n", what, value, seconds,
                    call.written() / seconds);
            return asRate ? call.written() / seconds : seconds;
        }).toArray();
        return new Curve(IntStream.of(values).asDoubleStream().toArray(), y);
    }

    /** The median of some rounds. */
    private double seconds(Call call, int rounds) {
        Random random = new Random(7);
        List<PromptTokens> prompts = PromptTokens.of(IntStream.range(0, call.prompts)
                .mapToObj(n -> random.ints(call.promptTokens, 2, vocabulary).toArray()).toList());
        double[] seconds = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            long begun = System.nanoTime();
            engine.generate(prompts, new Generation(call.newTokens, call.samples, Sampling.of(1, round), Stop.NEVER));
            seconds[round] = (System.nanoTime() - begun) / 1e9;
        }
        Arrays.sort(seconds);
        return seconds[rounds / 2];
    }
}
