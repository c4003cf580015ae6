package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreferenceReportTest {
    private static final Tokenizer TOKENIZER = EncoderTest.tokenizers().getFirst();

    @TempDir
    Path folder;

    private Dataset read(DataKind kind, String content) throws IOException {
        return Dataset.read(List.of(Files.writeString(folder.resolve("a.jsonl"), content).toString()),
                ReadOptions.defaults().withKind(kind));
    }

    private static LabelledEncoder encoder() { return LabelledEncoder.plain(TOKENIZER, LabelledOptions.of(200)); }

    /** Dialogues as HH-RLHF writes them. */
    private static String dialogues(int rows) {
        return IntStream.range(0, rows).mapToObj(i -> {
            String before = "\\n\\nHuman: question " + i
                    + "?\\n\\nAssistant: Please say more.\\n\\nHuman: why?\\n\\nAssistant:";
            return "{\"chosen\": \"" + before + " I think it is because of the weather.\", \"rejected\": \"" + before
                    + (i == 0 ? " I think it is because of the weather." : " No.") + "\"}";
        }).collect(Collectors.joining("\n"));
    }

    @Test
    void pairsAreCountedAndTheirTrapsNamed() throws IOException {
        Dataset dataset = read(DataKind.PREFERENCES, dialogues(10));
        EncodedRows<EncodedPair> pairs = encoder().pairs(dataset);
        PreferenceReport report = PreferenceReport.ofPairs(dataset, pairs, TOKENIZER);
        assertThat(report.counts().equal()).isEqualTo(1);
        assertThat(report.shares()).containsEntry("equal answers", 0.1).containsEntry("longer chosen", 1.0)
                .containsEntry("shorter chosen", 0.0).containsEntry("with margin", 0.0);
        assertThat(report.lengths().keySet()).containsExactly("prompt", "chosen", "rejected");
        assertThat(report.lengths().get("prompt").maximum())
                .isEqualTo(pairs.rows().stream().mapToInt(EncodedPair::promptLength).max().orElseThrow());
        assertThat(report.warnings())
                .anyMatch(warning -> warning.contains("the longer answer is the better one in 100.0 %"))
                .anyMatch(warning -> warning.contains("1 pairs have two equal answers"));
        String text = report.render(false);
        assertThat(text).contains("preference pair (chosen, rejected)", "pairs of equal answers 1", "longer chosen",
                "  chosen: ", "  rejected: ", "⟦", "warning: the longer answer");
        int[] answer = Arrays.copyOfRange(pairs.rows().getFirst().chosen().ids(),
                pairs.rows().getFirst().promptLength(), pairs.rows().getFirst().chosen().length());
        assertThat(TOKENIZER.decodeWithoutSpecialTokens(answer)).isEqualTo(" I think it is because of the weather.");
    }

    @Test
    void aBalancedSetHasNothingToWarnOf() throws IOException {
        Dataset dataset = read(DataKind.PREFERENCES,
                "{\"prompt\": \"p \", \"chosen\": \"a\", \"rejected\": \"a longer one\"}\n{\"prompt\": \"p \", \"chosen\": \"a longer one\", \"rejected\": \"a\"}\n");
        assertThat(PreferenceReport.ofPairs(dataset, encoder().pairs(dataset), TOKENIZER).warnings()).isEmpty();
    }

    @Test
    void negativeMarginsAndLopsidedVerdictsAreNamed() throws IOException {
        Dataset negative = read(DataKind.PREFERENCES,
                "{\"prompt\": \"p \", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": -1}");
        assertThat(PreferenceReport.ofPairs(negative, encoder().pairs(negative), TOKENIZER).warnings())
                .anyMatch(warning -> warning.contains("1 pairs have a negative margin"));
        Dataset judged = read(DataKind.JUDGED, "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": true}\n".repeat(9)
                + "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": false}");
        PreferenceReport report = PreferenceReport.ofJudged(judged, encoder().judged(judged), TOKENIZER);
        assertThat(report.shares()).containsEntry("desirable", 0.9);
        assertThat(report.lengths().keySet()).containsExactly("prompt", "desirable", "undesirable");
        assertThat(report.warnings()).anyMatch(warning -> warning.contains("lopsided, 9 against 1"));
    }

    @Test
    void otherKindsHaveTheirNumbersToo() throws IOException {
        Dataset ranked = Rankings.of(read(DataKind.RANKED,
                "{\"prompt\": \"p \", \"responses\": [\"aaaa bbbb\", \"b\", \"c\"], \"scores\": [3, 1, 1]}"));
        assertThat(PreferenceReport.ofRankings(ranked, encoder().rankings(ranked), TOKENIZER).shares())
                .containsEntry("longer best", 1.0).containsEntry("with ties", 1.0);
        Dataset graded = read(DataKind.GRADED,
                "{\"text\": \"fine\", \"label\": 1}\n{\"text\": \"poor\", \"label\": 0}\n");
        assertThat(PreferenceReport.ofGraded(graded, encoder().graded(graded), TOKENIZER).shares())
                .containsEntry("score 0.0", 0.5).containsEntry("score 1.0", 0.5);
        Dataset same = read(DataKind.GRADED, "{\"text\": \"fine\", \"label\": 1}\n");
        assertThat(PreferenceReport.ofGraded(same, encoder().graded(same), TOKENIZER).warnings())
                .anyMatch(warning -> warning.contains("every row has the score 1.0"));
        Dataset safety = read(DataKind.SAFETY,
                "{\"prompt\": \"p\", \"response_0\": \"a\", \"response_1\": \"b\", \"better_response_id\": 0, \"safer_response_id\": 1, \"is_response_0_safe\": false, \"is_response_1_safe\": true}");
        assertThat(PreferenceReport.ofSafety(safety, encoder().safety(safety), TOKENIZER).shares())
                .containsEntry("safe answers", 0.5).containsEntry("better is safer", 0.0);
        Dataset steps = read(DataKind.STEPS,
                "{\"prompt\": \"p\", \"completions\": [\"a\", \"b\", \"c\", \"d\"], \"labels\": [true, true, true, false]}");
        assertThat(PreferenceReport.ofSteps(steps, encoder().steps(steps), TOKENIZER).shares())
                .containsEntry("correct steps", 0.75);
    }
}
