package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataReportTest {
    private static final Conversation SHORT = new Conversation(
            List.of(Message.user("Hi\nyou"), Message.assistant("Yes")));
    private static final Conversation LONG = new Conversation(
            List.of(Message.user("Hi"), Message.assistant("many words ".repeat(300))));

    private final Tokenizer tokenizer = EncoderTest.tokenizers().getFirst();

    private DataReport report(TestRenderer renderer, EncodeOptions options, Conversation... samples) {
        Dataset dataset = EncoderTest.dataset(Shape.MESSAGES, samples);
        return DataReport.of(dataset, Encoder.chat(tokenizer, renderer, options).encode(dataset), tokenizer, options);
    }

    private TestRenderer good() { return TestRenderer.of(tokenizer, TestRenderer.Marks.WITH_END_AND_BREAK); }

    @Test
    void soundDataHasNoWarningAndShowsWhatIsTrained() {
        DataReport report = report(good(), EncodeOptions.of(LossMode.ASSISTANT_ONLY, 1000), SHORT, SHORT);
        assertThat(report.warnings()).isEmpty();
        assertThat(report.counts().endingShare()).isEqualTo(1);
        assertThat(report.counts().rows()).isEqualTo(2);
        assertThat(report.examples()).hasSize(2);
        String shown = report.examples().getFirst().tokens().stream().filter(TokenView.Shown::trained)
                .map(TokenView.Shown::text).reduce("", String::concat);
        assertThat(shown.strip()).isEqualTo("Yes" + good().end());
        String text = report.render(false);
        assertThat(text).contains("schema     messages").contains("100.0 % of the rows end their turn")
                .contains("truncated 0").contains("⟦").contains("│█")
                .doesNotContain("warning").doesNotContain("\u001B");
        assertThat(report.render(true)).contains("\u001B[1;32m").doesNotContain("⟦");
        report.requireTrainable();
    }

    @Test
    void dataThatNeverEndsATurnIsSaid() {
        TestRenderer endless = new TestRenderer("", TestRenderer.Marks.WITH_END);
        DataReport report = report(endless, EncodeOptions.of(LossMode.ASSISTANT_ONLY, 1000), SHORT, SHORT);
        assertThat(report.counts().endingShare()).isZero();
        assertThat(report.warnings()).singleElement().asString().contains("never learns to stop")
                .contains("chat template");
        assertThat(report.render(false)).contains("warning: no row's last token");
    }

    @Test
    void truncationAndDroppedSamplesAreSaid() {
        Conversation late = new Conversation(
                List.of(Message.user("many words ".repeat(300)), Message.assistant("Yes")));
        DataReport report = report(good(), EncodeOptions.of(LossMode.ASSISTANT_ONLY, 100), LONG, LONG, SHORT, late);
        assertThat(report.counts().truncated()).isEqualTo(3);
        assertThat(report.counts().dropped()).isEqualTo(1);
        assertThat(report.counts().endingShare()).isBetween(0.3, 0.34);
        assertThat(report.warnings()).hasSize(3).anyMatch(
                warning -> warning.contains("75.0 % of the samples are longer than max_length 100 and lose their end"))
                .anyMatch(warning -> warning.contains("only 33.3 % of the rows end their turn"))
                .anyMatch(warning -> warning.contains("1 samples have no token with loss"));
        assertThat(report.examples().getFirst().render(false).length()).isLessThan(2000);
        DataReport cut = report(good(), EncodeOptions.of(LossMode.ASSISTANT_ONLY, 100), LONG);
        assertThat(cut.warnings()).anyMatch(warning -> warning.contains("every sample is truncated, raise max_length"));
    }

    @Test
    void doubledBeginTokensAndBadRowsAreSaid(@TempDir Path folder) throws IOException {
        Tokenizer begins = EncoderTest.tokenizers().stream()
                .filter(candidate -> candidate.vocabulary().bos().isPresent()
                        && candidate.encodeWithSpecialTokens("a")[0] == candidate.vocabulary().bos().getAsInt())
                .findFirst().orElseThrow();
        String bos = begins.vocabulary().token(begins.vocabulary().bos().getAsInt()).orElseThrow();
        Path file = Files.writeString(folder.resolve("a.jsonl"),
                "{\"text\": \"" + bos + "twice\"}\n{\"text\": \"once\"}\nnothing\n");
        Dataset dataset = Dataset.read(List.of(file.toString()), ReadOptions.defaults().withSkipBadRows(true));
        EncodeOptions options = EncodeOptions.of(LossMode.ALL, 100);
        DataReport report = DataReport.of(dataset, Encoder.plain(begins, options).encode(dataset), begins, options);
        assertThat(report.counts().doubleBegin()).isEqualTo(1);
        assertThat(report.counts().badRows()).isEqualTo(1);
        assertThat(report.warnings()).hasSize(2)
                .anyMatch(warning -> warning.contains("1 rows begin with two begin tokens"))
                .anyMatch(warning -> warning.contains("1 bad rows were left out") && warning.contains("line 3"));
    }

    @Test
    void nothingToLearnIsRefused() {
        DataReport.Counts nothing = new DataReport.Counts(3, 0, 0, 0, 0, 0, 3, 0, 0);
        DataReport report = new DataReport(new Schema(Shape.MESSAGES, Map.of(), List.of()), nothing,
                LengthHistogram.of(new int[]{1, 2, 3}), List.of(), List.of());
        assertThatThrownBy(report::requireTrainable).isInstanceOf(DataException.class)
                .hasMessageContaining("no token of the 3 samples carries loss");
    }

    @Test
    void theHistogramCountsEverySampleInBinsOfEqualWidth() {
        LengthHistogram histogram = LengthHistogram.of(new int[]{0, 9, 10, 19, 95, 95, 95, 99});
        assertThat(histogram.bins()).hasSize(10)
                .startsWith(new LengthHistogram.Bin(0, 9, 2), new LengthHistogram.Bin(10, 19, 2))
                .endsWith(new LengthHistogram.Bin(90, 99, 4));
        assertThat(List.of(histogram.minimum(), histogram.median(), histogram.percentile95(), histogram.maximum()))
                .containsExactly(0, 19, 99, 99);
        String[] lines = histogram.render().split("\n");
        assertThat(lines[0]).isEqualTo("   0 –  9 │" + "█".repeat(20) + " 2");
        assertThat(lines[4]).isEqualTo("  40 – 49 │ 0");
        assertThat(lines[9]).isEqualTo("  90 – 99 │" + "█".repeat(40) + " 4");
        assertThat(LengthHistogram.of(new int[]{5}).bins()).hasSize(6);
    }

    @Test
    void controlCharactersOfTheDataNeverReachTheTerminal() {
        TokenView view = new TokenView(List.of(new TokenView.Shown("a\u001B[2J\u009B", false),
                new TokenView.Shown("\n", true), new TokenView.Shown("b", true)));
        assertThat(view.render(false)).isEqualTo("a\u241B[2J\u2421⟦⏎|b⟧");
        assertThat(view.render(true)).isEqualTo("\u001B[2ma\u241B[2J\u2421\u001B[0m\u001B[1;32m⏎|b\u001B[0m");
    }
}
