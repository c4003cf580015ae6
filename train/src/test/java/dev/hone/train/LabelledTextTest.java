package dev.hone.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.config.Config;
import dev.hone.config.ConfigException;
import dev.hone.config.ConfigReader;
import dev.hone.testkit.Golden;
import dev.hone.text.DataException;
import dev.hone.text.DataKind;
import dev.hone.text.EncodedGraded;
import dev.hone.text.EncodedJudged;
import dev.hone.text.EncodedPair;
import dev.hone.text.EncodedRanking;
import dev.hone.text.EncodedRows;
import dev.hone.text.EncodedSafety;
import dev.hone.text.EncodedSteps;
import dev.hone.text.PairOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledTextTest {
    private static final Path MODEL = Golden.path("runs", "init");

    @TempDir
    Path folder;

    private Path file(String name, String... rows) throws IOException {
        return Files.write(folder.resolve(name), List.of(rows));
    }

    private record Settings(DataSettings data, LabelledSettings labelled) {}

    private static Settings settings(Path file, String... flags) {
        List<String> words = new ArrayList<>(List.of("--data", file.toString()));
        words.addAll(List.of(flags));
        if (!words.contains("--chat_template")) {
            words.addAll(List.of("--chat_template", "chatml"));
        }
        Config config = ConfigReader.of(List.of(DataSettings.class, LabelledSettings.class)).parse(words);
        return new Settings(config.get(DataSettings.class), config.get(LabelledSettings.class));
    }

    private static LabelledText<EncodedPair> pairs(Path file, String... flags) {
        Settings settings = settings(file, flags);
        return LabelledText.pairs(MODEL, settings.data(), settings.labelled());
    }

    private static String pair(String prompt, String chosen, String rejected) {
        return "{\"prompt\": \"%s\", \"chosen\": \"%s\", \"rejected\": \"%s\"}".formatted(prompt, chosen, rejected);
    }

    @Test
    void theDefaultsOfTheRecordAreThoseOfItsKeys() throws IOException {
        assertThat(settings(file("a.jsonl", "{}")).labelled()).isEqualTo(LabelledSettings.defaults());
        assertThat(LabelledSettings.defaults().pairOptions()).isEqualTo(PairOptions.defaults());
        assertThat(LabelledSettings.defaults().separator()).isEqualTo("\n");
    }

    @Test
    void rowsOfOnePromptStayOnOneSide() throws IOException {
        String[] rows = IntStream.range(0, 20).mapToObj(i -> pair("question " + i % 5, "yes " + i, "no"))
                .toArray(String[]::new);
        LabelledText<EncodedPair> text = pairs(file("a.jsonl", rows), "--eval_split", "0.25");
        EncodedRows<EncodedPair> held = text.evaluation().orElseThrow();
        assertThat(held.size()).isEqualTo(4);
        assertThat(text.training().size()).isEqualTo(16);
        assertThat(prompts(held)).hasSize(1).doesNotContainAnyElementsOf(prompts(text.training()));
        assertThat(text.report().warnings()).noneMatch(warning -> warning.contains("held-out"));
        assertThat(text.shown()).hasSize(4);
    }

    private static Set<List<Integer>> prompts(EncodedRows<EncodedPair> rows) {
        return rows.rows().stream()
                .map(row -> Arrays.stream(row.chosen().ids(), 0, row.promptLength()).boxed().toList())
                .collect(Collectors.toSet());
    }

    @Test
    void promptsOfTheirOwnAreHeldOutFromTheEndAsDemonstrationsAre() throws IOException {
        String[] rows = IntStream.range(0, 10).mapToObj(i -> pair("question " + i, "yes", "no")).toArray(String[]::new);
        LabelledText<EncodedPair> text = pairs(file("a.jsonl", rows), "--eval_split", "0.3");
        assertThat(text.evaluation().orElseThrow().origins().stream().map(origin -> origin.number())).containsExactly(
                8L,
                9L, 10L);
    }

    @Test
    void oneLargePromptIsHeldOutWholeOrRefused() throws IOException {
        String[] rows = {pair("a", "1", "2"), pair("a", "3", "4"), pair("b", "1", "2"), pair("b", "3", "4"),
                pair("b", "5", "6")};
        assertThat(pairs(file("a.jsonl", rows), "--eval_split", "0.2").evaluation().orElseThrow().size()).isEqualTo(2);
        Path one = file("b.jsonl", Arrays.copyOfRange(rows, 2, 5));
        assertThatThrownBy(() -> pairs(one, "--eval_split", "0.4")).isInstanceOf(DataException.class)
                .hasMessageContainingAll("3 rows", "one prompt", "eval_data");
    }

    @Test
    void heldOutFilesThatRepeatPromptsAreNamed() throws IOException {
        Path train = file("a.jsonl", pair("p", "yes", "no"), pair("q", "a", "b c"));
        Path held = file("b.jsonl", pair("q", "other", "one"), pair("r", "a", "b"));
        LabelledText<EncodedPair> text = pairs(train, "--eval_data", held.toString());
        assertThat(text.evaluation().orElseThrow().size()).isEqualTo(2);
        assertThat(text.report().warnings()).anyMatch(warning -> warning.contains("1 of 2 held-out rows"));
    }

    @Test
    void otherShapesBecomeWhatIsAskedFor() throws IOException {
        Path scored = file("scored.jsonl",
                "{\"prompt\": \"p\", \"responses\": [\"a\", \"b\", \"c\"], \"scores\": [1, 3, 2]}");
        EncodedPair pair = pairs(scored, "--pair_choice", "max_min", "--margin_scale", "2").training().rows()
                .getFirst();
        assertThat(pair.margin()).hasValue(4);
        Settings lists = settings(scored);
        EncodedRows<EncodedRanking> ranked = LabelledText.rankings(MODEL, lists.data(), lists.labelled()).training();
        assertThat(ranked.rows().getFirst().places()).containsExactly(0, 1, 2);
        Settings paired = settings(file("pairs.jsonl", pair("p", "yes", "no"), pair("q", "a", "b")));
        EncodedRows<EncodedJudged> judged = LabelledText.judged(MODEL, paired.data(), paired.labelled()).training();
        assertThat(judged.rows().stream().map(EncodedJudged::desirable)).containsExactly(true, true, false, false);
    }

    @Test
    void scoresSafetyAndStepsAreReadAndReported() throws IOException {
        Settings graded = settings(file("g.jsonl", "{\"sentence\": \"fine\", \"label\": 1}",
                "{\"sentence\": \"poor\", \"label\": 0}"));
        LabelledText<EncodedGraded> texts = LabelledText.graded(MODEL, graded.data(), graded.labelled());
        assertThat(texts.training().rows().stream().map(EncodedGraded::score)).containsExactly(1.0, 0.0);
        Settings safe = settings(file("s.jsonl",
                "{\"prompt\": \"p\", \"response_0\": \"a\", \"response_1\": \"b\", \"better_response_id\": 0, "
                        + "\"safer_response_id\": 1, \"is_response_0_safe\": false, \"is_response_1_safe\": true}"));
        LabelledText<EncodedSafety> safety = LabelledText.safety(MODEL, safe.data(), safe.labelled());
        assertThat(safety.report().shares()).containsEntry("safe answers", 0.5);
        Settings solved = settings(file("p.jsonl",
                "{\"prompt\": \"p\", \"completions\": [\"one\", \"two\"], \"labels\": [true, false]}"),
                "--step_separator", "\\n\\n");
        assertThat(solved.labelled().separator()).isEqualTo("\n\n");
        EncodedSteps steps = LabelledText.steps(MODEL, solved.data(), solved.labelled()).training().rows().getFirst();
        assertThat(steps.correct()).containsExactly(true, false);
        assertThat(LabelledText.load(DataKind.STEPS, MODEL, solved.data(), solved.labelled()).report().lengths())
                .containsKey("solution");
    }

    @Test
    void namedColumnsAreReadOrRefused() throws IOException {
        Path file = file("a.jsonl", "{\"ask\": \"p\", \"good\": \"yes\", \"bad\": \"no\", \"by\": 2}");
        LabelledText<EncodedPair> text = pairs(file, "--columns", "prompt=ask,chosen=good,rejected=bad,margin=by");
        assertThat(text.training().rows().getFirst().margin()).hasValue(2);
        assertThatThrownBy(() -> pairs(file, "--columns", "prompt=ask,chosen=good,rejected=bad,label=by"))
                .isInstanceOf(DataException.class).hasMessageContainingAll("by for label", "no such part");
        assertThatThrownBy(() -> pairs(file, "--columns", "choosen=good")).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("columns", "choosen=good", "chosen, completion");
    }

    @Test
    void settingsThatMeanNothingForTheKindAreRefused() throws IOException {
        Path file = file("a.jsonl", pair("p", "yes", "no"));
        assertThatThrownBy(() -> pairs(file, "--packing", "--truncation_mode", "keep_end", "--step_separator", "#",
                "--completion_only_loss", "true", "--dataset_text_field", "chosen")).isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("5 mistakes", "packing", "truncation_mode", "step_separator",
                        "completion_only_loss", "dataset_text_field");
        Settings judged = settings(file, "--pair_choice", "random", "--length_penalty", "0.1");
        assertThatThrownBy(() -> LabelledText.judged(MODEL, judged.data(), judged.labelled()))
                .isInstanceOf(ConfigException.class).hasMessageContainingAll("pair_choice", "length_penalty");
    }

    @Test
    void longRowsEndTheReadOrAreLeftOut() throws IOException {
        Path file = file("a.jsonl", pair("p", "word ".repeat(60).strip(), "no"), pair("q", "a", "b"));
        assertThatThrownBy(() -> pairs(file, "--max_length", "40")).isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.jsonl", "line 1", "never cut", "skip_long_rows");
        LabelledText<EncodedPair> text = pairs(file, "--max_length", "40", "--skip_long_rows");
        assertThat(text.training().size()).isEqualTo(1);
        assertThat(text.training().counts().tooLong()).isEqualTo(1);
    }

    @Test
    void dialoguesInsideOfTextsAreNamedWhereATemplateWouldWriteThem() throws IOException {
        String before = "\\n\\nHuman: Sky?\\n\\nAssistant:";
        Path file = file("a.jsonl",
                "{\"chosen\": \"%s Blue.\", \"rejected\": \"%s Green, I think.\"}".formatted(before, before));
        assertThat(pairs(file).report().warnings())
                .anyMatch(warning -> warning.contains("dialogue_format: hh"));
        assertThat(pairs(file, "--dialogue_format", "hh").report().warnings())
                .noneMatch(warning -> warning.contains("dialogue_format"));
        assertThat(pairs(file, "--chat_template", "none").report().warnings())
                .noneMatch(warning -> warning.contains("dialogue_format"));
    }

    @Test
    void promptsThatRunIntoTheirAnswersAreNamedWithoutATemplate() throws IOException {
        Path file = file("a.jsonl", pair("One?", "Two.", "Three."));
        assertThat(pairs(file, "--chat_template", "none").report().warnings())
                .anyMatch(warning -> warning.contains("1 of 1 completions follow"));
        assertThat(pairs(file).report().warnings()).noneMatch(warning -> warning.contains("completions follow"));
    }

    @Test
    void heldOutVerdictsOfOneKindAreSaidToBeTheHeldOutOnes() throws IOException {
        String row = "{\"prompt\": \"%s\", \"completion\": \"%s\", \"label\": %s}";
        Settings settings = settings(file("a.jsonl", row.formatted("p", "a", true), row.formatted("q", "b", false),
                row.formatted("r", "c", true), row.formatted("s", "d", true)), "--eval_split", "0.5");
        assertThatThrownBy(() -> LabelledText.judged(MODEL, settings.data(), settings.labelled()))
                .isInstanceOf(DataException.class).hasMessageContainingAll("held-out rows", "label true");
    }
}
