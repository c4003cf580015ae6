package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every shape of labelled data, and what is said of bad rows. */
class LabelledDataTest {
    private static final String USER = "[{\"role\": \"user\", \"content\": \"Sky?\"}]";
    private static final String BLUE = "[{\"role\": \"assistant\", \"content\": \"Blue.\"}]";
    private static final String GREEN = "[{\"role\": \"assistant\", \"content\": \"Green.\"}]";
    private static final Preference SKY = new Preference(Passage.user("Sky?"), Passage.assistant("Blue."),
            Passage.assistant("Green."));

    @TempDir
    Path folder;

    private Dataset read(String name, DataKind kind, String content) throws IOException {
        return read(name, ReadOptions.defaults().withKind(kind), content);
    }

    private Dataset read(String name, ReadOptions options, String content) throws IOException {
        return Dataset.read(List.of(Files.writeString(folder.resolve(name), content).toString()), options);
    }

    private Sample only(DataKind kind, String row) throws IOException {
        Dataset dataset = read("a.jsonl", kind, row);
        assertThat(dataset.size()).isEqualTo(1);
        return dataset.samples().getFirst();
    }

    private AbstractThrowableAssert<?, ?> refused(DataKind kind, String row) {
        return assertThatThrownBy(() -> read("a.jsonl", kind, row)).isInstanceOf(DataException.class);
    }

    @Test
    void pairsWithAPromptAsTextsOrTurns() throws IOException {
        assertThat(
                only(DataKind.PREFERENCES, "{\"prompt\": \"Sky?\", \"chosen\": \"Blue.\", \"rejected\": \"Green.\"}"))
                .isEqualTo(SKY);
        assertThat(only(DataKind.PREFERENCES,
                "{\"prompt\": " + USER + ", \"chosen\": " + BLUE + ", \"rejected\": " + GREEN + "}")).isEqualTo(SKY);
        assertThat(only(DataKind.PREFERENCES, "{\"context\": " + USER.replace("role", "from") + ", \"chosen\": " + BLUE
                + ", \"rejected\": " + GREEN + "}")).isEqualTo(SKY);
        assertThat(only(DataKind.PREFERENCES, "{\"prompt\": \"Sky?\", \"chosen\": " + BLUE + ", \"rejected\": " + GREEN
                + "}")).isEqualTo(SKY);
    }

    @Test
    void pairsOfWholeDialoguesShareTheirPrompt() throws IOException {
        String rows = "\"chosen\": [%s, %s], \"rejected\": [%s, %s]}".formatted(inner(USER), inner(BLUE), inner(USER),
                inner(GREEN));
        assertThat(only(DataKind.PREFERENCES, "{" + rows)).isEqualTo(SKY);
        assertThat(only(DataKind.PREFERENCES, "{\"prompt\": \"Sky?\", " + rows)).isEqualTo(SKY);
        Preference withSystem = (Preference) only(DataKind.PREFERENCES,
                "{\"chosen\": {\"system\": \"Be brief.\", \"messages\": [%s, %s]}, \"rejected\": {\"system\": \"Be brief.\", \"messages\": [%s, %s]}}"
                        .formatted(inner(USER), inner(BLUE), inner(USER), inner(GREEN)));
        assertThat(((Passage.Dialogue) withSystem.prompt()).messages()).containsExactly(Message.system("Be brief."),
                Message.user("Sky?"));
        assertThat(withSystem.chosen()).isEqualTo(SKY.chosen());
    }

    private static String inner(String list) { return list.substring(1, list.length() - 1); }

    @Test
    void marginsAndThirdAnswersComeAlong() throws IOException {
        Preference pair = (Preference) only(DataKind.PREFERENCES,
                "{\"prompt\": \"Sky?\", \"chosen\": \"Blue.\", \"rejected\": \"Green.\", \"margin\": 0.5, \"reference\": \"Blue, mostly.\"}");
        assertThat(pair.margin()).isEqualTo(OptionalDouble.of(0.5));
        assertThat(pair.reference()).isEqualTo(Optional.of(Passage.assistant("Blue, mostly.")));
        Preference none = (Preference) only(DataKind.PREFERENCES,
                "{\"prompt\": \"Sky?\", \"chosen\": \"Blue.\", \"rejected\": \"Green.\", \"margin\": null}");
        assertThat(none.margin()).isEmpty();
    }

    @Test
    void textsThatBeginAlikeSplitWhereTheyPart() {
        assertThat(CommonPrompt.ofTexts("a \uD83D\uDE00", "a \uD83D\uDE01")).isEqualTo(1);
        assertThat(CommonPrompt.ofTexts("x\uD83D\uDE00", "x\uD83D\uDE01")).isEqualTo(1);
        assertThat(CommonPrompt.ofTexts("same", "same and more")).isEqualTo(3);
        assertThat(CommonPrompt.ofTexts("left", "right")).isZero();
        assertThat(CommonPrompt.ofTexts(" a", " b")).isZero();
        assertThat(CommonPrompt.ofTurns(List.of(Message.user("a")), List.of(Message.user("a"), Message.assistant("b"))))
                .isZero();
    }

    @Test
    void dialoguesInTextsSplitAfterTheLastSharedMark() throws IOException {
        String row = "{\"chosen\": \"\\n\\nHuman: Sky?\\n\\nAssistant: Blue.\", \"rejected\": \"\\n\\nHuman: Sky?\\n\\nAssistant: Green.\"}";
        assertThat(only(DataKind.PREFERENCES, row))
                .isEqualTo(
                        new Preference(new Passage.Plain("\n\nHuman: Sky?\n\nAssistant:"), new Passage.Plain(" Blue."),
                                new Passage.Plain(" Green.")));
        ReadOptions turns = ReadOptions.defaults().withKind(DataKind.PREFERENCES).withDialogueFormat(DialogueFormat.HH);
        assertThat(read("a.jsonl", turns, row).samples()).containsExactly(SKY);
        assertThat(read("a.jsonl", turns,
                "{\"prompt\": \"\\n\\nHuman: Sky?\\n\\nAssistant:\", \"chosen\": \" Blue.\", \"rejected\": \" Green.\"}")
                .samples()).containsExactly(SKY);
    }

    @Test
    void judgedAnswersAndPairsTakenApart() throws IOException {
        assertThat(only(DataKind.JUDGED, "{\"prompt\": " + USER + ", \"completion\": " + BLUE + ", \"label\": true}"))
                .isEqualTo(new Judged(SKY.prompt(), SKY.chosen(), true));
        assertThat(only(DataKind.JUDGED,
                "{\"prompt\": " + USER
                        + ", \"completion\": {\"from\": \"assistant\", \"content\": \"Blue.\"}, \"label\": false}"))
                .isEqualTo(new Judged(SKY.prompt(), SKY.chosen(), false));
        assertThat(
                read("a.csv", DataKind.JUDGED, "prompt,completion,label\nSky?,Blue.,True\nSky?,Green.,0\n").samples())
                .containsExactly(new Judged(SKY.prompt(), SKY.chosen(), true),
                        new Judged(SKY.prompt(), SKY.rejected(), false));
        Dataset pairs = read("a.jsonl", DataKind.JUDGED,
                "{\"prompt\": \"Sky?\", \"chosen\": \"Blue.\", \"rejected\": \"Green.\"}\n".repeat(1001));
        List<Sample> judged = Unpaired.of(pairs).samples();
        assertThat(judged).hasSize(2002);
        assertThat(judged.subList(0, 1000)).allMatch(sample -> ((Judged) sample).desirable());
        assertThat(judged.subList(1000, 2000)).noneMatch(sample -> ((Judged) sample).desirable());
        assertThat(((Judged) judged.get(2000)).desirable()).isTrue();
    }

    @Test
    void rankedListsInTheirShapes() throws IOException {
        Ranked sky = new Ranked(SKY.prompt(), List.of(SKY.chosen(), SKY.rejected()), List.of(0, 1));
        assertThat(only(DataKind.RANKED, "{\"prompt\": \"Sky?\", \"answers\": [\"Blue.\", \"Green.\"]}"))
                .isEqualTo(sky);
        assertThat(only(DataKind.RANKED, "{\"input\": \"Sky?\", \"output\": [\"Blue.\", \"Green.\"]}")).isEqualTo(sky);
        assertThat(only(DataKind.RANKED, "[[\"Sky?\"], [\"Blue.\", \"Green.\"]]")).isEqualTo(sky);
        Dataset lines = read("a.tsv", DataKind.RANKED, "best\tmiddle\tworst\n\ngood \"quoted\tbad\n");
        assertThat(lines.samples()).containsExactly(
                new Ranked(new Passage.Plain(""), List.of(new Passage.Plain("best"), new Passage.Plain("middle"),
                        new Passage.Plain("worst")), List.of(0, 1, 2)),
                new Ranked(new Passage.Plain(""), List.of(new Passage.Plain("good \"quoted"), new Passage.Plain("bad")),
                        List.of(0, 1)));
        assertThat(lines.origins().getLast().number()).isEqualTo(3);
        String tree = "{\"message_tree_id\": \"t\", \"tree_state\": \"ready_for_export\", \"prompt\": {\"text\": \"Sky?\", \"role\": \"prompter\", \"replies\": ["
                + "{\"text\": \"Green.\", \"role\": \"assistant\", \"rank\": 1, \"replies\": []},"
                + "{\"text\": \"Blue.\", \"role\": \"assistant\", \"rank\": 0, \"replies\": [{\"text\": \"Why?\", \"role\": \"prompter\", \"replies\": ["
                + "{\"text\": \"Light.\", \"role\": \"assistant\", \"rank\": 0}, {\"text\": \"No.\", \"role\": \"assistant\", \"rank\": 1}]}]},"
                + "{\"text\": \"Unranked\", \"role\": \"assistant\", \"rank\": null}]}}";
        Dataset trees = read("a.jsonl", DataKind.RANKED, tree);
        assertThat(trees.samples().getFirst()).isEqualTo(sky);
        assertThat(trees.samples().getLast()).isEqualTo(new Ranked(new Passage.Dialogue(List.of(Message.user("Sky?"),
                Message.assistant("Blue."), Message.user("Why?"))),
                List.of(Passage.assistant("Light."), Passage.assistant("No.")), List.of(0, 1)));
        assertThat(Pairs.of(lines, PairOptions.defaults()).samples()).hasSize(4);
    }

    @Test
    void scoredListsAndTheirPairs() throws IOException {
        Dataset apart = read("a.jsonl", DataKind.PREFERENCES,
                "{\"prompt\": \"p\", \"responses\": [\"aa\", \"b\", \"cccccc\", \"d\"], \"scores\": [1, 3, 4, -2]}");
        Dataset together = read("a.json", DataKind.PREFERENCES,
                "{\"type\": \"text_to_scored_textlist\", \"instances\": [{\"input\": \"p\", \"output\": [{\"score\": 1, \"text\": \"aa\"}, "
                        + "{\"score\": 3, \"text\": \"b\"}, {\"score\": 4, \"text\": \"cccccc\"}, {\"score\": -2, \"text\": \"d\"}]}]}");
        assertThat(together.samples()).isEqualTo(apart.samples());
        assertThat(pair(apart, PairOptions.Choice.MAX_MIN, 0)).isEqualTo("cccccc > d by 6.0");
        assertThat(pair(apart, PairOptions.Choice.MAX_MAX, 0)).isEqualTo("cccccc > b by 1.0");
        assertThat(pair(apart, PairOptions.Choice.MAX_MIN, 1)).isEqualTo("b > d by 5.0");
        for (long seed = 0; seed < 40; seed++) {
            Preference random = (Preference) Pairs
                    .of(apart, new PairOptions(PairOptions.Choice.RANDOM, seed, 0, 2)).samples().getFirst();
            assertThat(random.margin().getAsDouble()).isPositive();
            Preference best = (Preference) Pairs
                    .of(apart, new PairOptions(PairOptions.Choice.MAX_RANDOM, seed, 0, 1)).samples().getFirst();
            assertThat(best.chosen().text()).isEqualTo("cccccc");
            assertThat(Pairs.of(apart, new PairOptions(PairOptions.Choice.MAX_RANDOM, seed, 0, 1)).samples())
                    .containsExactly(best);
        }
        assertThat(LongStream.range(0, 40).mapToObj(seed -> ((Preference) Pairs
                .of(apart, new PairOptions(PairOptions.Choice.MAX_RANDOM, seed, 0, 1)).samples().getFirst()).rejected()
                .text()).distinct()).containsExactlyInAnyOrder("aa", "b", "d");
        Ranked ranked = (Ranked) Rankings.of(read("b.jsonl", DataKind.RANKED,
                "{\"prompt\": \"p\", \"responses\": [\"a\", \"b\", \"c\"], \"scores\": [1, 3, 1]}")).samples()
                .getFirst();
        assertThat(ranked.answers()).extracting(Passage::text).containsExactly("b", "a", "c");
        assertThat(ranked.places()).containsExactly(0, 1, 1);
        assertThatThrownBy(() -> Pairs.of(read("b.jsonl", DataKind.PREFERENCES,
                "{\"prompt\": \"p\", \"responses\": [\"a\", \"b\"], \"scores\": [1, 1]}"), PairOptions.defaults()))
                .isInstanceOf(DataException.class).hasMessageContaining("line 1")
                .hasMessageContaining("same score 1.0");
    }

    private static String pair(Dataset dataset, PairOptions.Choice choice, double penalty) {
        Preference pair = (Preference) Pairs.of(dataset, new PairOptions(choice, 1, penalty, 1)).samples().getFirst();
        return pair.chosen().text() + " > " + pair.rejected().text() + " by " + pair.margin().getAsDouble();
    }

    @Test
    void textsWithScoresAndSteps() throws IOException {
        assertThat(only(DataKind.GRADED, "{\"text\": \"a fine film\", \"label\": 1}"))
                .isEqualTo(new Graded(new Passage.Plain(""), new Passage.Plain("a fine film"), 1));
        assertThat(only(DataKind.GRADED, "{\"user_input\": \"Sky?\", \"completion\": \"Blue.\", \"score\": 4.5}"))
                .isEqualTo(new Graded(SKY.prompt(), SKY.chosen(), 4.5));
        assertThat(read("a.csv", DataKind.GRADED, "text,score\nfine,0.25\n").samples())
                .containsExactly(new Graded(new Passage.Plain(""), new Passage.Plain("fine"), 0.25));
        assertThat(only(DataKind.STEPS,
                "{\"prompt\": \"1+2?\", \"completions\": [\"1+2\", \"=3\"], \"labels\": [true, false]}"))
                .isEqualTo(new Stepwise(Passage.user("1+2?"), List.of("1+2", "=3"), List.of(true, false)));
    }

    @Test
    void safetyPairsInBothNotations() throws IOException {
        SafetyPair expected = new SafetyPair(SKY.prompt(), SKY.chosen(), SKY.rejected(), true, false, false, true);
        String row = "{\"prompt\": \"Sky?\", \"response_0\": \"Blue.\", \"response_1\": \"Green.\", \"better_response_id\": 0, \"safer_response_id\": 1, \"is_response_0_safe\": false, \"is_response_1_safe\": true}";
        assertThat(only(DataKind.SAFETY, row)).isEqualTo(expected);
        assertThat(only(DataKind.SAFETY,
                "{\"input\": \"Sky?\", \"answer\": \"Blue.\", \"other_answer\": \"Green.\", \"better\": true, \"safer\": false, \"is_safe\": false, \"is_other_safe\": true}"))
                .isEqualTo(expected);
        assertThat(Pairs.of(read("a.jsonl", DataKind.PREFERENCES, row), PairOptions.defaults()).samples())
                .containsExactly(SKY);
        refused(DataKind.SAFETY, row.replace("\"better_response_id\": 0", "\"better_response_id\": 2"))
                .hasMessageContaining("field better_response_id: found the number 2, expected 0 or 1");
    }

    @Test
    void columnsMayBeNamedAndADifferentKindIsRecognised() throws IOException {
        ReadOptions named = ReadOptions.defaults().withKind(DataKind.PREFERENCES)
                .withColumns(Columns.ofParts(Map.of("chosen", "good", "rejected", "bad", "prompt", "ask")));
        Dataset dataset = read("a.jsonl", named,
                "{\"ask\": \"Sky?\", \"good\": \"Blue.\", \"bad\": \"Green.\", \"id\": 1}");
        assertThat(dataset.samples()).containsExactly(SKY);
        assertThat(dataset.schema().describe())
                .isEqualTo("preference pair (chosen = good, rejected = bad, prompt = ask); not used: id");
        refused(DataKind.PREFERENCES, "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": true}")
                .hasMessageContaining(
                        "line 1: the fields prompt, completion, label are no known shape of preference pairs")
                .hasMessageContaining("they look like judged answers").hasMessageContaining("\"chosen\"");
        assertThatThrownBy(() -> read("a.jsonl", named, "{\"ask\": \"Sky?\", \"good\": \"Blue.\"}"))
                .hasMessageContaining("there is no column bad");
    }

    @Test
    void badLabelsAreNamedWithFileLineAndField() {
        String good = "{\"prompt\": \"p\", \"chosen\": \"a\", \"rejected\": \"b\", \"margin\": 1}\n";
        refused(DataKind.PREFERENCES, good + good.replace(": 1}", ": NaN}")).hasMessageContaining("a.jsonl, line 2")
                .hasMessageContaining("field margin: found the number")
                .hasMessageContaining("expected a finite number");
        refused(DataKind.PREFERENCES, good + good.replace(": 1}", ": true}"))
                .hasMessageContaining("field margin: found the truth value true");
        refused(DataKind.PREFERENCES, good + good.replace(": 1}", ": \"much\"}"))
                .hasMessageContaining("line 2: field margin: found the text \"much\", expected a number");
        refused(DataKind.PREFERENCES, good + good.replace("\"b\"", "\" \"")).hasMessageContaining("line 2")
                .hasMessageContaining("field rejected: the answer is empty");
        refused(DataKind.PREFERENCES, good + good.replace("\"b\"", BLUE)).hasMessageContaining("line 2")
                .hasMessageContaining("field rejected: found a list of 1 where chosen is the text");
        refused(DataKind.PREFERENCES,
                "{\"prompt\": " + USER + ", \"chosen\": " + BLUE + ", \"rejected\": " + USER + "}")
                .hasMessageContaining("field rejected: it ends with a turn of the user");
        refused(DataKind.PREFERENCES,
                "{\"chosen\": \"\\n\\nHuman: a\\n\\nAssistant:\", \"rejected\": \"\\n\\nHuman: a\\n\\nAssistant: b\"}")
                .hasMessageContaining("field chosen: the answer is empty");
        refused(DataKind.JUDGED, "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": 0.7}")
                .hasMessageContaining("field label: found the number 0.7, expected true or false");
        refused(DataKind.JUDGED, "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": null}")
                .hasMessageContaining("field label: found null");
        refused(DataKind.GRADED, "{\"text\": \"t\", \"score\": \"good\"}")
                .hasMessageContaining("field score: found the text \"good\", expected a number");
        refused(DataKind.GRADED, "{\"text\": \"t\", \"score\": 1e999}").hasMessageContaining("field score")
                .hasMessageContaining("finite");
        refused(DataKind.RANKED, "{\"prompt\": \"p\", \"answers\": [\"a\"]}")
                .hasMessageContaining("line 1: field answers: found a list of 1, expected at least two answers");
        refused(DataKind.RANKED, "{\"prompt\": \"p\", \"answers\": [\"a\", \"b\", \"a\"]}")
                .hasMessageContaining("field answers[2]: the answer stands at place 1 already");
        refused(DataKind.PREFERENCES, "{\"prompt\": \"p\", \"responses\": [\"a\", \"b\"], \"scores\": [1]}")
                .hasMessageContaining("field scores: found 1 scores for 2 answers");
        refused(DataKind.PREFERENCES, "{\"prompt\": \"p\", \"responses\": [\"a\", \"b\"], \"scores\": [1, Infinity]}")
                .hasMessageContaining("field scores[1]: found").hasMessageContaining("finite");
        refused(DataKind.STEPS, "{\"prompt\": \"p\", \"completions\": [\"a\", \"b\"], \"labels\": [true]}")
                .hasMessageContaining("field labels: found 1 labels for 2 steps");
        refused(DataKind.STEPS, "{\"prompt\": \"p\", \"completions\": [\"a\", \"\"], \"labels\": [true, false]}")
                .hasMessageContaining("field completions[1]: the answer is empty");
    }

    @Test
    void badRowsMayBeLeftOut() throws IOException {
        Dataset dataset = read("a.jsonl", ReadOptions.defaults().withKind(DataKind.JUDGED).withSkipBadRows(true),
                "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": true}\n{\"prompt\": \"p\", \"completion\": \"\", \"label\": true}\n");
        assertThat(dataset.size()).isEqualTo(1);
        assertThat(dataset.skipped().rows()).isEqualTo(1);
        assertThat(dataset.skipped().examples().getFirst()).contains("line 2", "field completion");
    }
}
