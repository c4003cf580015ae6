package dev.hone.bench;

import dev.hone.model.Decoder;
import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.rollout.Sampling;
import dev.hone.rollout.Stop;
import dev.hone.tensor.DType;
import dev.hone.tensor.Device;
import dev.hone.tensor.Engine;
import dev.hone.tensor.Machine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hone's side of the generation comparison: {@code GenerationBench MODEL_DIR PROMPTS.json ROUNDS}. The file has
 * {@code prompts} (lists of ids), {@code max_new_tokens} and {@code ends} (ids, empty where every completion has the full
 * length). Draws at temperature 1 in bf16 and prints one JSON line: new tokens per second, the median over the rounds after
 * the first.
 */
public final class GenerationBench {
    private GenerationBench() {}

    /** What one round wrote and how long it took. */
    private record Round(int tokens, double seconds, double cpuSeconds) {}

    public static void main(String[] args) throws IOException {
        JsonNode task = JsonMapper.shared().readTree(Path.of(args[1]));
        List<PromptTokens> prompts = PromptTokens
                .of(task.get("prompts").valueStream().map(GenerationBench::ints).toList());
        int longest = task.get("max_new_tokens").intValue();
        Stop stop = Stop.at(ints(task.get("ends")));
        try (Decoder model = Decoder.load(Path.of(args[0]), DType.BFLOAT16, Device.CPU)) {
            RolloutEngine engine = new RolloutEngine(model);
            List<Round> rounds = IntStream.rangeClosed(0, Integer.parseInt(args[2])).mapToObj(round -> run(engine,
                    prompts, new Generation(longest, 1, Sampling.of(1, round), stop))).skip(1).toList();
            System.out.println(line(prompts.size(), longest, rounds));
        }
    }

    private static int[] ints(JsonNode list) { return list.valueStream().mapToInt(JsonNode::intValue).toArray(); }

    private static Round run(RolloutEngine engine, List<PromptTokens> prompts, Generation generation) {
        long begun = System.nanoTime();
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        List<Rollout> rollouts = engine.generate(prompts, generation);
        return new Round(rollouts.stream().mapToInt(rollout -> rollout.completionIds().length).sum(),
                (System.nanoTime() - begun) / 1e9,
                (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9);
    }

    private static String line(int prompts, int longest, List<Round> rounds) {
        double[] rates = sorted(rounds.stream().map(round -> round.tokens() / round.seconds()));
        double[] byCpu = sorted(rounds.stream().map(round -> round.tokens() / round.cpuSeconds()));
        return String.format(Locale.ROOT,
                "{\"case\": \"hone_generation\", \"prompts\": %d, \"max_new_tokens\": %d, \"tokens\": %d,"
                        + " \"tokens_per_s\": %.1f, \"best_tokens_per_s\": %.1f, \"tokens_per_main_thread_s\": %.1f,"
                        + " \"peak_rss_mib\": %d, \"threads\": %d, \"rounds\": %d}",
                prompts, longest, rounds.getLast().tokens(), rates[rates.length / 2], rates[rates.length - 1],
                byCpu[byCpu.length / 2], Machine.peakResident() >> 20, Engine.threads(), rounds.size());
    }

    private static double[] sorted(Stream<Double> values) {
        double[] all = values.mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(all);
        return all;
    }
}
