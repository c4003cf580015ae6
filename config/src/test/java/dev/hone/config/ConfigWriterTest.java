package dev.hone.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hone.config.Samples.Schedule;
import dev.hone.config.Samples.Smoothing;
import dev.hone.config.Samples.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

class ConfigWriterTest {
    private static final List<String> TEXTS = List.of("plain", "", "on", "no", "null", "~", "true", "012", "1e-5",
            "0x1F", "- a", "a: b", "#c",
            "two\nlines\n", " lead", "\t", "\"quoted\"", "'", "é😀", "a,b", "@x", "%y", "*z", "&a", "!t", "|", "{x}",
            "${HOME}", "<<", "=", "\u0007", "\uFEFFx", "\u2028",
            ".inf", "---", "x".repeat(300));
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void recordsSurviveMapsYamlAndJson(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            TrainingRun run = run(random);
            Smoothing smoothing = new Smoothing(random.nextDouble(),
                    random.nextBoolean() ? Optional.empty() : Optional.of(1 + random.nextDouble()));
            Map<String, Object> map = ConfigWriter.toMap(run, smoothing);
            same(Samples.reader().bind(map, "map"), run, smoothing);
            Path yaml = Files.writeString(folder.resolve("r.yaml"), ConfigWriter.toYaml(run, smoothing));
            same(Samples.reader().read(yaml), run, smoothing);
            String json = JsonMapper.shared().writeValueAsString(map);
            same(Samples.reader().bind(JsonMapper.shared().readValue(json, new TypeReference<Map<String, Object>>() {
            }), "checkpoint"), run, smoothing);
            Path file = Files.writeString(folder.resolve("r.json"), json);
            same(Samples.reader().read(file), run, smoothing);
        }
    }

    private static void same(Config config, TrainingRun run, Smoothing smoothing) {
        assertThat(config.get(TrainingRun.class)).isEqualTo(run);
        assertThat(config.get(Smoothing.class)).isEqualTo(smoothing);
        assertThat(config.toMap()).isEqualTo(ConfigWriter.toMap(run, smoothing));
    }

    private static TrainingRun run(Random random) {
        Map<String, String> options = new LinkedHashMap<>();
        IntStream.range(0, random.nextInt(4)).forEach(i -> options.put(text(random), text(random)));
        List<Double> mixture = IntStream.range(0, random.nextInt(4)).mapToObj(i -> number(random)).toList();
        List<Path> data = mixture.stream().map(each -> Path.of("d", "f" + random.nextInt())).toList();
        List<String> targets = IntStream.range(0, random.nextInt(5)).mapToObj(i -> text(random)).toList();
        int max = 1 + random.nextInt(Integer.MAX_VALUE - 1);
        return new TrainingRun(Path.of("m on", "x " + random.nextInt()), number(random), number(random),
                1 + random.nextInt(Integer.MAX_VALUE - 1),
                random.nextDouble(), random.nextLong(), random.nextBoolean(), Schedule.values()[random.nextInt(4)],
                data, targets, mixture, options,
                random.nextBoolean() ? Optional.empty() : Optional.of(text(random)), text(random), random.nextInt(max),
                max);
    }

    private static String text(Random random) { return TEXTS.get(random.nextInt(TEXTS.size())); }

    /** Any finite positive double, of any exponent. */
    private static double number(Random random) {
        double any = Math.abs(Double.longBitsToDouble(random.nextLong()));
        return Double.isFinite(any) && any > 0 ? any : 1;
    }

    @Test
    void theOrderIsThatOfTheComponentsAndEmptyOptionalsAreLeftOut() {
        assertThat(ConfigWriter.toMap(new Smoothing(0.25, Optional.empty())))
                .containsExactly(Map.entry("label_smoothing", 0.25));
        TrainingRun run = ConfigReader.record(TrainingRun.class,
                Map.of("model", "a/b", "lr_scheduler_type", "cosine", "data", "x"));
        Map<String, Object> map = ConfigWriter.toMap(run);
        assertThat(map.keySet()).startsWith("model", "learning_rate", "num_train_epochs")
                .endsWith("warmup_steps", "max_steps").doesNotContain("run_name");
        assertThat(map).containsEntry("model", "a/b").containsEntry("lr_scheduler_type", "cosine")
                .containsEntry("data", List.of("x"))
                .containsEntry("seed", 42L).containsEntry("max_steps", 1000).containsEntry("packing", false);
    }

    @Test
    void twoRecordsOfOneTypeHaveNoCommonMap() {
        Smoothing smoothing = new Smoothing(0, Optional.empty());
        assertThatIllegalArgumentException().isThrownBy(() -> ConfigWriter.toMap(smoothing, smoothing))
                .withMessageContaining("label_smoothing");
    }
}
