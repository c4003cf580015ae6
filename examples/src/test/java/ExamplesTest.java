import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples as a reader would run them, one after the other. */
class ExamplesTest {
    private static final Path MODEL = Path.of("../testkit/src/main/resources/golden/runs/init");

    @TempDir
    Path folder;

    @Test
    void teachesAndAsks() throws IOException {
        Path run = folder.resolve("run");
        String taught = printed(() -> Sft.main(new String[]{MODEL.toString(), "capitals.jsonl",
                run.toString()}));
        assertThat(taught).contains("FINISHED after", "What is the capital of France? → Paris",
                "model in " + run.resolve("model"));
        assertThat(run.resolve("report.html")).isNotEmptyFile();

        String answered = printed(() -> FirstChat.main(new String[]{run.resolve("model").toString(),
                "What is the capital of France?"}));
        assertThat(answered.lines()).hasSize(2).first().isEqualTo("Paris");
        assertThat(answered).endsWith("ended by END_TOKEN)" + System.lineSeparator());
    }

    @Test
    void scoresTheBetterAnswerOfAPairHigher() {
        Path run = folder.resolve("reward");
        String told = printed(() -> RewardModel.main(new String[]{MODEL.toString(), "capital-pairs.jsonl",
                run.toString()}));
        assertThat(told).contains("FINISHED after", "accuracy 1.00", "model in " + run.resolve("model"));
        List<Double> scores = told.lines().filter(line -> line.contains(" for ")).map(
                line -> Double.valueOf(line.substring(0, line.indexOf(' ')))).toList();
        assertThat(scores).hasSize(6);
        for (int pair = 0; pair < 6; pair += 2) {
            assertThat(scores.get(pair)).isGreaterThan(scores.get(pair + 1) + 1);
        }
        assertThat(run.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void prefersTheBetterAnswerOfAPair() {
        Path run = folder.resolve("dpo");
        String told = printed(
                () -> Dpo.main(new String[]{MODEL.toString(), "capital-pairs.jsonl", run.toString()}));
        assertThat(told).contains("What is the capital of France? → Paris, before: ");
        Matcher margin = Pattern.compile("rewards/margins (\\d+[.]\\d+)").matcher(told);
        assertThat(margin.find()).isTrue();
        assertThat(Double.parseDouble(margin.group(1))).isGreaterThan(2);
        assertThat(run.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void learnsToEarnARewardByHand() {
        String told = printed(() -> PpoLoop.main(new String[]{MODEL.toString()}));
        Matcher rewards = Pattern.compile("step \\d+: reward (\\d[.]\\d+)").matcher(told);
        List<Double> means = rewards.results().map(match -> Double.valueOf(match.group(1))).toList();
        assertThat(means).hasSize(20);
        assertThat(means.getLast()).isGreaterThan(means.getFirst() + 0.05);
    }

    @Test
    void learnsFromALambda() throws IOException {
        Path run = folder.resolve("vowels");
        String told = printed(
                () -> GrpoRule.main(new String[]{MODEL.toString(), "capitals.jsonl", run.toString()}));
        assertThat(told).contains("FINISHED after 20 steps");
        assertThat(Files.readAllLines(run.resolve("rollouts.jsonl"))).hasSize(20 * 32)
                .allMatch(line -> line.contains("\"vowels\":"));
        Matcher reward = Pattern.compile("reward (\\d[.]\\d+)").matcher(told);
        assertThat(reward.find()).isTrue();
        assertThat(Double.parseDouble(reward.group(1))).isGreaterThan(0.38); // 0.35 at the start
    }

    @ParameterizedTest
    @ValueSource(strings = {"FirstChat.java", "Sft.java", "RewardModel.java", "Dpo.java", "GrpoRule.java",
            "PpoLoop.java"})
    void fitsOnAPageAndTellsWhatItDoes(String file) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(file));
        assertThat(lines).hasSizeLessThanOrEqualTo(file.equals("PpoLoop.java") ? 170 : 80);
        assertThat(String.join("\n", lines)).contains("Leaves out", "Run it", "examples/" + file, "Last lines");
    }

    private static String printed(Runnable example) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
