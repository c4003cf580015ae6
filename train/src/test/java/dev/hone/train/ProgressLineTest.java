package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final String CLEAR = "\r\u001b[K";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long nanos = 5_000;

    private ProgressLine line(boolean rewrite, long total, Duration time, long steps) {
        return line(rewrite, total, new ProgressLine.Pace(time, steps), StandardCharsets.UTF_8);
    }

    private ProgressLine line(boolean rewrite, long total, ProgressLine.Pace pace, Charset charset) {
        return new ProgressLine(new PrintStream(bytes, true, charset), rewrite, total, pace, () -> nanos);
    }

    private void seconds(double seconds) { nanos += Math.round(seconds * 1e9); }

    private String printed() { return bytes.toString(StandardCharsets.UTF_8); }

    private static Map<String, Double> values() {
        return Map.of("loss", 2.3141, "tokens_per_second", 5309.7, "learning_rate", 1.8e-4, "grad_norm", 1.0);
    }

    @Test
    void aPlainLineSaysWhereTheRunStands() {
        ProgressLine line = line(false, 640, Duration.ofHours(1), 1);
        line.record(119, values());
        seconds(190.0 / 520);
        line.record(120, values());
        assertThat(printed().lines()).containsExactly("step 119/640 · loss 2.314 · 5,310 tok/s · lr 1.8e-4",
                "step 120/640 · loss 2.314 · 5,310 tok/s · lr 1.8e-4 · 3 min 10 s left");
    }

    @Test
    void plainLinesComeAfterTheTimeOrTheStepsAndAtBothEnds() {
        ProgressLine line = line(false, 100, Duration.ofSeconds(10), 40);
        for (int step = 1; step <= 100; step++) {
            seconds(step <= 30 ? 1 : 0.01);
            line.record(step, values());
        }
        line.close();
        assertThat(printed().lines().map(text -> text.substring(5, text.indexOf('/')))).containsExactly("1", "11", "21",
                "61", "100");
        assertThat(printed()).doesNotContain("\r", "\u001b").endsWith(" · took 31 s" + System.lineSeparator());
    }

    @Test
    void aTerminalLineIsRewrittenAtMostTenTimesASecondAndLeftStandingAtTheEnd() {
        ProgressLine line = line(true, 30, Duration.ofHours(1), 1000);
        for (int step = 1; step <= 30; step++) {
            seconds(0.02);
            line.record(step, values());
        }
        line.close();
        line.close();
        String[] paints = printed().split(CLEAR.replace("[", "\\["), -1);
        assertThat(paints[0]).isEmpty();
        assertThat(paints).hasSizeBetween(7, 9);
        assertThat(paints[paints.length - 1]).startsWith("step 30/30").endsWith("took 1 s" + System.lineSeparator());
        assertThat(printed().chars().filter(c -> c == '\n')).hasSize(1);
    }

    @Test
    void aTerminalLineNeverWraps() {
        ProgressLine line = line(true, 1_000_000_000, Duration.ofHours(1), 1);
        for (int step = 1; step <= 3; step++) {
            seconds(1);
            line.record(999_999_900 + step,
                    Map.of("loss", -123.4567, "tokens_per_second", 123456789012345.0, "learning_rate", 1.23e-14));
        }
        assertThat(List.of(printed().split(CLEAR.replace("[", "\\["), -1))).allMatch(paint -> paint.length() < 80);
        assertThat(printed()).endsWith("s left").contains("loss -123.457");
    }

    @Test
    void messagesAndEvaluationsGetLinesOfTheirOwn() {
        ProgressLine line = line(true, 10, Duration.ofHours(1), 1);
        line.record(1, values());
        line.message("saved checkpoint");
        line.record(1, Map.of("eval_loss", 2.5));
        String shown = "step 1/10 · loss 2.314 · 5,310 tok/s · lr 1.8e-4";
        String end = System.lineSeparator();
        assertThat(printed()).isEqualTo(CLEAR + shown + CLEAR + "saved checkpoint" + end + shown + CLEAR
                + "step 1/10 · eval_loss 2.500" + end + shown);
    }

    @Test
    void timeLeftFallsSteadilyWhateverOneSlowStepDoes() {
        ProgressLine line = line(false, 50, Duration.ofHours(1), 1);
        for (int step = 1; step <= 50; step++) {
            seconds(step == 20 || step == 35 ? 90 : 2);
            line.record(step, values());
        }
        List<String> left = printed().lines().filter(text -> text.endsWith("left"))
                .map(text -> text.substring(text.lastIndexOf('·') + 2)).toList();
        assertThat(left).hasSize(48).startsWith("1 min 36 s left", "1 min 34 s left").endsWith("2 s left");
        StepClock clock = new StepClock(0);
        Duration before = Duration.ofDays(1);
        for (int step = 0; step < 200; step++) {
            clock.done(step, step * 1_000_000L + (step > 100 ? 700_000_000L : 0));
            Duration now = clock.left(200).orElse(before.minusNanos(1));
            assertThat(now).isLessThan(before);
            before = now;
        }
    }

    @Test
    void stepsMayBeRecordedEveryFewAndTwice() {
        StepClock clock = new StepClock(0);
        clock.done(300, 1_000_000_000L);
        assertThat(clock.left(400)).isEmpty();
        clock.done(310, 21_000_000_000L);
        clock.done(310, 99_000_000_000L);
        assertThat(clock.left(400)).hasValue(Duration.ofSeconds(180));
        assertThat(clock.left(305)).hasValue(Duration.ZERO);
        assertThat(clock.elapsed(99_000_000_000L)).isEqualTo(Duration.ofSeconds(99));
    }

    @Test
    void worksWithoutATotalALossOrUnicode() {
        ProgressLine line = line(false, 0, new ProgressLine.Pace(Duration.ofHours(1), 1), StandardCharsets.US_ASCII);
        line.record(1, Map.of("reward", 0.00012, "learning_rate", 0.0));
        seconds(1);
        line.record(2, Map.of("loss", Double.NaN));
        assertThat(printed().lines()).containsExactly("step 1 | reward 1.2e-4 | lr 0", "step 2 | loss NaN");
    }

    @Test
    void rewritesOnlyATerminalThatCanAndThatNobodySilenced() {
        assertThat(ProgressLine.rewrites(true, Map.of("TERM", "xterm-256color"))).isTrue();
        assertThat(ProgressLine.rewrites(true, Map.of("NO_COLOR", "", "CI", ""))).isTrue();
        assertThat(ProgressLine.rewrites(false, Map.of("TERM", "xterm"))).isFalse();
        assertThat(ProgressLine.rewrites(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(ProgressLine.rewrites(true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(ProgressLine.rewrites(true, Map.of("CI", "true"))).isFalse();
    }

    @Test
    void refusesAPaceThatNeverEnds() {
        assertThatThrownBy(() -> new ProgressLine.Pace(Duration.ZERO, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ProgressLine.Pace(Duration.ofSeconds(1), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
