package dev.hone.bench;

import dev.hone.cli.Main;
import dev.hone.config.ConfigReader;
import dev.hone.model.Census;
import dev.hone.model.HubConfig;
import dev.hone.tensor.Machine;
import dev.hone.text.HubTokenizer;
import dev.hone.text.Tokenizer;
import dev.hone.train.Forecast;
import dev.hone.train.ForecastSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code hone plan} beside what runs really take: {@code ForecastStudy PREPARED WORK [CASE…]} makes a few steps of each case in a
 * process of its own and prints what was forecast and the largest resident set of the whole process. Rows have exactly the
 * lengths that the plan is told. A case that names a reward model needs the one that an earlier case leaves in WORK.
 */
public final class ForecastStudy {
    private static final String CHILD = "child";
    private static final JsonMapper JSON = new JsonMapper();
    private static final int ROWS = 8;
    private static final String STEPS = "3";
    private static final int ANSWER = 448;

    /**
     * One run.
     *
     * @param model folder under PREPARED
     * @param shape what both sides are told, by the plan's keys
     * @param run what the run alone is told
     */
    private record Case(String name, String model, String objective, String shape, String run) {
        boolean online() { return List.of("grpo", "rloo", "ppo").contains(objective); }
    }

    private static final List<Case> CASES = List.of(
            new Case("sft-10m", "qwen10m", "sft", "rows=8 max_length=512 max_completion_length=1", ""),
            new Case("sft-10m-saving", "qwen10m", "sft",
                    "rows=8 max_length=512 max_completion_length=1 checkpoints=true", ""),
            new Case("sft-125m", "llama125m", "sft", "rows=4 max_length=512 max_completion_length=1", ""),
            new Case("sft-125m-again", "llama125m", "sft",
                    "rows=4 max_length=512 max_completion_length=1 gradient_checkpointing=true", ""),
            new Case("sft-125m-lora", "llama125m", "sft",
                    "rows=4 max_length=512 max_completion_length=1 train_mode=lora", ""),
            new Case("dpo-10m", "qwen10m", "dpo", "rows=4 max_length=512 max_completion_length=448", ""),
            new Case("dpo-125m-lora", "llama125m", "dpo",
                    "rows=2 max_length=512 max_completion_length=448 train_mode=lora lora_dropout=0", ""),
            new Case("reward-125m", "llama125m", "reward",
                    "rows=4 max_length=512 max_completion_length=448 microbatch_tokens=1024", ""),
            new Case("dpo-1b-qlora", "random-1b", "dpo",
                    "rows=1 max_length=512 max_completion_length=448 train_mode=qlora lora_dropout=0", ""),
            new Case("dpo-1b-qlora-again", "random-1b", "dpo",
                    "rows=1 max_length=512 max_completion_length=448 train_mode=qlora lora_dropout=0 gradient_checkpointing=true",
                    ""),
            new Case("grpo-10m", "qwen10m", "grpo",
                    "rows=16 num_generations=4 max_length=128 max_completion_length=64", "reward=repetition_penalty"),
            new Case("grpo-125m", "llama125m", "grpo",
                    "rows=16 num_generations=4 max_length=128 max_completion_length=64", "reward=repetition_penalty"),
            new Case("rloo-125m-lora", "llama125m", "rloo",
                    "rows=16 num_generations=4 max_length=128 max_completion_length=64 train_mode=lora lora_dropout=0",
                    "reward=repetition_penalty"),
            new Case("ppo-125m", "llama125m", "ppo",
                    "rows=8 num_generations=1 max_length=128 max_completion_length=64 reward_model=reward-125m/model",
                    ""));

    private ForecastStudy() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals(CHILD)) {
            int code = Main.run(Arrays.asList(args).subList(1, args.length), System.in, System.err, System.err);
            System.out.println(Machine.peakResident());
            System.exit(code);
        }
        Path prepared = Path.of(args[0]);
        Path work = Path.of(args[1]);
        List<String> wanted = Arrays.asList(args).subList(2, args.length);
        Files.createDirectories(work);
        write(prepared, work);
        System.out.println("| case | forecast MB | measured MB | forecast / measured | most is needed |");
        System.out.println("|---|---|---|---|---|");
        for (Case each : CASES) {
            if (wanted.isEmpty() || wanted.contains(each.name())) {
                System.out.println(compared(each, prepared, work));
            }
        }
    }

    private static String compared(Case study, Path prepared, Path work) throws IOException, InterruptedException {
        Forecast forecast = forecast(study, prepared, work);
        forecast.parts().forEach(
                part -> System.err
                        .println(String.format(Locale.ROOT, "%8.0f MB  %s", part.bytes() / 1e6, part.name())));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx900m",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                ForecastStudy.class.getName(), CHILD));
        command.addAll(run(study, prepared, work));
        Path log = work.resolve(study.name() + ".log");
        Process child = new ProcessBuilder(command).redirectError(log.toFile()).start();
        String peak = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (child.waitFor() != 0) {
            return "| " + study.name() + " | failed: see " + log + " |";
        }
        double measured = Long.parseLong(peak) / 1e6;
        return String.format(Locale.ROOT, "| %s | %,.0f | %,.0f | %.2f | %s |", study.name(), forecast.total() / 1e6,
                measured, forecast.total() / 1e6 / measured, forecast.moment());
    }

    private static Forecast forecast(Case study, Path prepared, Path work) {
        List<String> words = new ArrayList<>(List.of("--model", prepared.resolve(study.model()).toString(),
                "--objective", study.objective()));
        if (!study.shape().contains("checkpoints=")) {
            words.addAll(List.of("--checkpoints", "false"));
        }
        shape(study).forEach(pair -> words.addAll(List.of("--" + pair[0],
                pair[0].equals("reward_model") ? work.resolve(pair[1]).toString() : pair[1])));
        ForecastSettings settings = ConfigReader.of(List.of(ForecastSettings.class)).parse(words)
                .get(ForecastSettings.class);
        return Forecast.of(settings, Census.of(HubConfig.read(settings.model())),
                settings.rewardModel().map(HubConfig::read).map(Census::of));
    }

    private static List<String> run(Case study, Path prepared, Path work) {
        String data = study.online()
                ? prepared.resolve("online").resolve("fixed.jsonl").toString()
                : work.resolve(study.objective().equals("sft") ? "texts.jsonl" : "pairs.jsonl").toString();
        List<String> words = new ArrayList<>(List.of(study.objective(), "--model",
                prepared.resolve(study.model()).toString(), "--data", data, "--out",
                work.resolve(study.name()).toString(), "--overwrite", "true", "--max_steps", STEPS, "--samples", "0",
                "--lr_scheduler_type", "constant", "--learning_rate", "1e-6", "--tensorboard", "false",
                "--chat_template", "none", "--logging_steps", "1"));
        if (!study.shape().contains("gradient_checkpointing=")) {
            words.addAll(List.of("--gradient_checkpointing", "off"));
        }
        words.addAll(List.of("--save_steps", study.shape().contains("checkpoints=true") ? "2" : "0"));
        shape(study).flatMap(pair -> word(study, pair, work).stream()).forEach(words::add);
        Stream.of(study.run().split(" ")).filter(word -> !word.isEmpty()).map(word -> word.split("=", 2))
                .forEach(pair -> words.addAll(List.of("--" + pair[0], pair[1])));
        return words;
    }

    private static Stream<String[]> shape(Case study) {
        return Stream.of(study.shape().split(" ")).map(word -> word.split("=", 2));
    }

    /** What the plan's keys are called by a run. */
    private static List<String> word(Case study, String[] pair, Path work) {
        return switch (pair[0]) {
            case "rows" -> List.of("--per_device_train_batch_size", pair[1]);
            case "checkpoints" -> List.of();
            case "max_length" -> study.online() ? List.of() : List.of("--max_length", pair[1]);
            case "max_completion_length" -> study.online()
                    ? List.of("--max_completion_length", pair[1], "--min_new_tokens", pair[1])
                    : List.of();
            case "reward_model" -> List.of("--reward_model", work.resolve(pair[1]).toString());
            default -> List.of("--" + pair[0], pair[1]);
        };
    }

    /** Texts that are longer than any case's max_length, so that all are cut to it, and pairs of exact lengths, as prompts are. */
    private static void write(Path prepared, Path work) throws IOException {
        Tokenizer tokenizer = HubTokenizer.load(prepared.resolve("qwen10m"));
        List<String> texts = column(prepared.resolve("gsm8k_sft.jsonl"), "text");
        List<String> prompts = column(prepared.resolve("online").resolve("fixed.jsonl"), "prompt");
        List<Map<String, String>> whole = new ArrayList<>();
        List<Map<String, String>> pairs = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            String first = String.join(" ", texts.subList(20 * i, 20 * i + 10));
            String second = String.join(" ", texts.subList(20 * i + 10, 20 * i + 20));
            whole.add(Map.of("text", first));
            pairs.add(Map.of("prompt", prompts.get(i % prompts.size()), "chosen", cut(tokenizer, first), "rejected",
                    cut(tokenizer, second)));
        }
        write(work.resolve("texts.jsonl"), whole);
        write(work.resolve("pairs.jsonl"), pairs);
    }

    /** So many tokens that with the end token an answer has the length that cases name. */
    private static String cut(Tokenizer tokenizer, String text) {
        return tokenizer.decode(Arrays.copyOf(tokenizer.encode(text), ANSWER - 1));
    }

    private static List<String> column(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream().map(line -> JSON.readTree(line).path(name).asString()).toList();
    }

    private static void write(Path file, List<Map<String, String>> rows) throws IOException {
        Files.write(file, rows.stream().map(JSON::writeValueAsString).toList());
    }
}
