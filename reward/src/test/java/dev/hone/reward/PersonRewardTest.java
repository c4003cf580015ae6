package dev.hone.reward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PersonRewardTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private List<Score> ask(String typed, RewardInput... inputs) {
        return new PersonReward(new BufferedReader(new StringReader(typed)),
                new PrintStream(shown, true, StandardCharsets.UTF_8)).scoreAll(List.of(inputs));
    }

    private static RewardInput[] some(int count) {
        return IntStream.range(0, count).mapToObj(i -> Rule.input("completion " + i)).toArray(RewardInput[]::new);
    }

    @Test
    void numbersYesNoAndSkip() {
        assertThat(ask("0.5\nY\nno\n s \n-2,5\n", some(5))).containsExactly(Score.of(0.5), Score.of(1), Score.of(0),
                Score.unusable("skipped"), Score.of(-2.5));
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("--- 5 of 5 ---", "completion 4", "\np\n");
    }

    @Test
    void asksAgainForWhatItCannotRead() {
        assertThat(ask("good\nNaN\n\n1e999\n3\n", some(1))).containsExactly(Score.of(3));
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("found good, expected a number, y, n or s");
    }

    @Test
    void theEndOfTheInputLeavesTheRestWithoutScores() {
        assertThat(ask("1\n", some(3))).containsExactly(Score.of(1), Score.unusable("nobody answered"),
                Score.unusable("nobody answered"));
    }

    @Test
    void aModelsTextCannotTouchTheTerminal() {
        ask("1\n", RewardInput.text("a\u0007b", "x\u001b[2Jy\rz\u009b1m\u202eq\ttab\nline", Map.of()));
        assertThat(shown.toString(StandardCharsets.UTF_8))
                .contains("a\ufffdb", "x\ufffd[2Jy\ufffdz\ufffd1m\ufffdq\ttab\nline")
                .doesNotContain("\u001b", "\r", "\u009b", "\u202e", "\u0007");
    }
}
