package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LabelledEncoderTest {
    private static final int WINDOW = 10_000;
    private static final String DIALOGUE = "\n\nHuman: what is it?\n\nAssistant: A river.\n\nHuman: why?\n\nAssistant:";

    static List<Tokenizer> tokenizers() { return EncoderTest.tokenizers(); }

    private static Tokenizer any() { return tokenizers().getFirst(); }

    private static Dataset dataset(Sample... samples) { return EncoderTest.dataset(Shape.PREFERENCE, samples); }

    private static LabelledEncoder plain(Tokenizer tokenizer, int window) {
        return LabelledEncoder.plain(tokenizer, LabelledOptions.of(window));
    }

    private static EncodedPair pair(LabelledEncoder encoder, Preference pair) {
        return encoder.pairs(dataset(pair)).rows().getFirst();
    }

    private static Preference raw(String prompt, String chosen, String rejected) {
        return new Preference(new Passage.Plain(prompt), new Passage.Plain(chosen), new Passage.Plain(rejected));
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void bothSidesBeginWithThePromptsTokensAndEndWithOneEndToken(Tokenizer tokenizer) {
        int eos = tokenizer.vocabulary().eos().getAsInt();
        for (Preference sample : List.of(raw(DIALOGUE, " It flows.", " I do not know."),
                raw("the mod", "el learns", "em beeps"),
                new Preference(Passage.user("2+2? "), Passage.assistant("four"), Passage.assistant("five")))) {
            EncodedPair pair = pair(plain(tokenizer, WINDOW), sample);
            int[] prompt = new PlainTokens(tokenizer).prompt(sample.prompt().text());
            assertThat(pair.promptLength()).isEqualTo(prompt.length);
            for (Encoded row : List.of(pair.chosen(), pair.rejected())) {
                assertThat(row.ids()).startsWith(prompt).endsWith(eos);
                assertThat(row.weight()).isEqualTo(weights(prompt.length, row.length()));
                assertThat(Arrays.stream(row.ids()).filter(id -> id == eos).count()).isEqualTo(1);
            }
            assertThat(tokenizer.decodeWithoutSpecialTokens(pair.chosen().ids()).replace(" ", ""))
                    .isEqualTo(tokenizer.decodeWithoutSpecialTokens(tokenizer.encode(sample.prompt().text()
                            + sample.chosen().text())).replace(" ", ""));
        }
    }

    private static float[] weights(int from, int length) {
        float[] weight = new float[length];
        Arrays.fill(weight, Math.max(1, from), length, 1);
        return weight;
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void turnsAreEncodedAsForDemonstrations(Tokenizer tokenizer) {
        List<Message> prompt = List.of(Message.system("Be brief."), Message.user("Name a river."),
                Message.assistant("The Nile."), Message.user("Another?"));
        for (TestRenderer.Marks marks : TestRenderer.Marks.values()) {
            TestRenderer renderer = TestRenderer.of(tokenizer, marks);
            EncodedPair pair = pair(LabelledEncoder.chat(tokenizer, renderer, LabelledOptions.of(WINDOW)),
                    new Preference(new Passage.Dialogue(prompt), Passage.assistant("The Rhine."),
                            Passage.assistant("No.")));
            int[] opened = tokenizer.encode(renderer.render(prompt, true).text());
            assertThat(pair.promptLength()).isEqualTo(opened.length);
            assertThat(pair.rejected().ids()).startsWith(opened);
            List<Message> whole = new ArrayList<>(prompt);
            whole.add(Message.assistant("The Rhine."));
            Encoded demonstration = Encoder
                    .chat(tokenizer, renderer, EncodeOptions.of(LossMode.COMPLETION_ONLY, WINDOW))
                    .encode(new Conversation(whole));
            if (PlainTokens.startsWith(demonstration.ids(), opened)) {
                assertThat(pair.chosen().ids()).isEqualTo(demonstration.ids());
                assertThat(pair.chosen().weight()).as("marks %s", marks).isEqualTo(demonstration.weight());
            }
        }
    }

    @Test
    void turnsOfTheUserInsideAnAnswerCarryNoLoss() {
        Tokenizer tokenizer = any();
        for (TestRenderer.Marks marks : List.of(TestRenderer.Marks.NONE, TestRenderer.Marks.WITH_END)) {
            TestRenderer renderer = TestRenderer.of(tokenizer, marks);
            Passage answer = new Passage.Dialogue(List.of(Message.assistant("First."), Message.user("And then?"),
                    Message.assistant("Last.")));
            EncodedPair pair = pair(LabelledEncoder.chat(tokenizer, renderer, LabelledOptions.of(WINDOW)),
                    new Preference(Passage.user("Tell."), answer, Passage.assistant("No.")));
            Encoded all = Encoder.chat(tokenizer, renderer, EncodeOptions.of(LossMode.ASSISTANT_ONLY, WINDOW))
                    .encode(new Conversation(List.of(Message.user("Tell."), Message.assistant("First."),
                            Message.user("And then?"), Message.assistant("Last."))));
            assertThat(pair.chosen().ids()).isEqualTo(all.ids());
            assertThat(pair.chosen().weight()).isEqualTo(all.weight());
        }
    }

    @Test
    void everyGoldenTemplateGivesBothSidesOnePrompt() {
        int seen = 0;
        for (Path folder : Golden.folders("chat")) {
            Tokenizer tokenizer = HubTokenizer.load(Golden.root()
                    .resolve(Golden.json(folder.resolve("golden.json")).get("tokenizer").asString()));
            ConversationRenderer renderer = ConversationRenderer.of(ChatTemplate.ofModelFolder(folder).orElseThrow());
            Preference sample = new Preference(Passage.user("Name a river."), Passage.assistant("The Rhine."),
                    Passage.assistant("No."));
            EncodedPair pair = pair(LabelledEncoder.chat(tokenizer, renderer, LabelledOptions.of(WINDOW)), sample);
            int[] asked = Arrays.copyOfRange(pair.chosen().ids(), pair.promptLength(), pair.chosen().length());
            assertThat(tokenizer.decode(asked)).as(folder.toString()).contains("The Rhine.").doesNotContain("Name a");
            assertThat(pair.chosen().trainedTokens()).isPositive();
            assertThat(pair.rejected().trainedTokens()).isPositive();
            seen++;
        }
        assertThat(seen).isPositive();
    }

    @Test
    void aLongRowLosesTheStartOfItsPromptAndNeverItsAnswer() {
        for (Tokenizer tokenizer : tokenizers()) {
            Preference sample = raw("words ".repeat(50) + DIALOGUE, " It flows down to the sea.", " No.");
            EncodedPair whole = pair(plain(tokenizer, WINDOW), sample);
            int window = whole.chosen().length() - 7;
            EncodedRows<EncodedPair> rows = plain(tokenizer, window).pairs(dataset(sample));
            EncodedPair cut = rows.rows().getFirst();
            assertThat(rows.counts().shortened()).isEqualTo(1);
            assertThat(cut.chosen().length()).isEqualTo(window);
            assertThat(cut.promptLength()).isEqualTo(whole.promptLength() - 7);
            for (boolean chosen : new boolean[]{true, false}) {
                Encoded before = chosen ? whole.chosen() : whole.rejected();
                Encoded after = chosen ? cut.chosen() : cut.rejected();
                assertThat(Arrays.copyOfRange(after.ids(), cut.promptLength(), after.length()))
                        .isEqualTo(Arrays.copyOfRange(before.ids(), whole.promptLength(), before.length()));
                assertThat(after.trainedTokens()).isEqualTo(before.trainedTokens());
                assertThat(Arrays.copyOfRange(after.ids(), 1, cut.promptLength()))
                        .isEqualTo(Arrays.copyOfRange(before.ids(), 8, whole.promptLength()));
            }
            boolean begins = whole.chosen().ids()[0] == tokenizer.vocabulary().bos().orElse(-1);
            assertThat(cut.chosen().ids()[0]).isEqualTo(begins ? whole.chosen().ids()[0] : whole.chosen().ids()[7]);
        }
    }

    @Test
    void whatDoesNotFitIsAnErrorOrLeftOutAndCounted() {
        Preference longPrompt = raw("words ".repeat(200), " yes", " no");
        Preference longAnswer = raw("Why?", " words".repeat(200), " no");
        Preference good = raw("Why?", " yes", " no");
        assertThatThrownBy(() -> plain(any(), 50).pairs(dataset(good, longPrompt))).isInstanceOf(DataException.class)
                .hasMessageStartingWith("data.jsonl, line 2: the prompt has ").hasMessageContaining("(max_length) 50");
        assertThatThrownBy(() -> plain(any(), 50).pairs(dataset(longAnswer))).isInstanceOf(DataException.class)
                .hasMessageStartingWith("data.jsonl, line 1: the answer has ").hasMessageContaining("never cut");
        LabelledEncoder skips = LabelledEncoder.plain(any(), LabelledOptions.of(50).withSkipLongRows(true));
        EncodedRows<EncodedPair> rows = skips.pairs(dataset(longPrompt, good, longAnswer));
        assertThat(rows.size()).isEqualTo(1);
        assertThat(rows.origins().getFirst().number()).isEqualTo(2);
        assertThat(rows.counts().tooLong()).isEqualTo(2);
        assertThat(rows.counts().examples()).hasSize(2).first().asString().contains("line 1", "the prompt has");
        assertThatThrownBy(() -> skips.pairs(dataset(longPrompt))).isInstanceOf(DataException.class)
                .hasMessageContaining("none of the 1 samples can be used").hasMessageContaining("line 1");
    }

    @Test
    void equalPairsAreLeftOutAndCountedAndRefusedWhenAllAre() {
        EncodedRows<EncodedPair> rows = plain(any(), WINDOW)
                .pairs(dataset(raw("Why?", " yes", " yes"), raw("Why?", " yes", " no")));
        assertThat(rows.size()).isEqualTo(1);
        assertThat(rows.counts().equal()).isEqualTo(1);
        assertThat(rows.counts().examples().getFirst()).contains("line 1: chosen and rejected are the same text");
        assertThatThrownBy(() -> plain(any(), WINDOW).pairs(dataset(raw("Why?", " yes", " yes"))))
                .isInstanceOf(DataException.class).hasMessageContaining("1 pairs of equal answers")
                .hasMessageContaining("data.jsonl, line 1");
    }

    @Test
    void marginsAndThirdAnswersAreKept() {
        EncodedPair pair = pair(plain(any(), WINDOW), new Preference(Passage.user("Why? "), Passage.assistant("a"),
                Passage.assistant("b"), OptionalDouble.of(0.5), Optional.of(Passage.assistant("because it is so"))));
        assertThat(pair.margin()).isEqualTo(OptionalDouble.of(0.5));
        Encoded third = pair.reference().orElseThrow();
        assertThat(Arrays.copyOf(third.ids(), pair.promptLength()))
                .isEqualTo(Arrays.copyOf(pair.chosen().ids(), pair.promptLength()));
        assertThat(any().decodeWithoutSpecialTokens(third.ids())).contains("because");
    }

    @Test
    void verdictsOfOneKindAreRefused() {
        Judged yes = new Judged(Passage.user("a"), Passage.assistant("b"), true);
        assertThatThrownBy(() -> plain(any(), WINDOW).judged(dataset(yes, yes))).isInstanceOf(DataException.class)
                .hasMessageContaining("all 2 rows").hasMessageContaining("data.jsonl, line 1")
                .hasMessageContaining("the label true");
        EncodedRows<EncodedJudged> rows = plain(any(), WINDOW)
                .judged(dataset(yes, new Judged(Passage.user("a"), Passage.assistant("c"), false)));
        assertThat(rows.rows()).extracting(EncodedJudged::desirable).containsExactly(true, false);
        assertThatThrownBy(() -> plain(any(), WINDOW).pairs(dataset(yes))).isInstanceOf(DataException.class)
                .hasMessageContaining("line 1: found a sample of type Judged, expected Preference");
    }

    @Test
    void dialoguesWithoutATemplateAndOpenEndsAreRefused() {
        Passage talk = new Passage.Dialogue(List.of(Message.user("a"), Message.assistant("b"), Message.user("c")));
        assertThatThrownBy(() -> pair(plain(any(), WINDOW),
                new Preference(talk, Passage.assistant("x"), Passage.assistant("y"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a prompt of 3 turns").hasMessageContaining("needs a chat template");
    }

    @Test
    void stepsCarryTheirLabelsOnTheirLastTokens() {
        for (Tokenizer tokenizer : tokenizers()) {
            List<String> steps = List.of("First, 1+2=3.", "So it is 3.");
            EncodedSteps row = plain(tokenizer, WINDOW)
                    .steps(dataset(new Stepwise(Passage.user("1+2?"), steps, List.of(true, false)))).rows().getFirst();
            int[] separator = tokenizer.encode("\n");
            int end = row.promptLength();
            for (int i = 0; i < 2; i++) {
                int[] step = tokenizer.encode(steps.get(i));
                assertThat(Arrays.copyOfRange(row.row().ids(), end, end + step.length)).isEqualTo(step);
                end += step.length + separator.length;
                assertThat(row.places()[i]).isEqualTo(end - 1);
            }
            assertThat(row.correct()).containsExactly(true, false);
            assertThat(row.row().length()).isEqualTo(end);
        }
    }

    @Test
    void rankingsGradesAndSafetyPairsShareTheSameForm() {
        LabelledEncoder encoder = plain(any(), WINDOW);
        EncodedRanking ranking = encoder.rankings(dataset(new Ranked(Passage.user("a "), List.of(Passage.assistant("b"),
                Passage.assistant("c"), Passage.assistant("d")), List.of(0, 1, 1)))).rows().getFirst();
        assertThat(ranking.rows()).hasSize(3).allSatisfy(row -> assertThat(row.ids())
                .startsWith(Arrays.copyOf(ranking.rows().getFirst().ids(), ranking.promptLength())));
        assertThat(ranking.places()).containsExactly(0, 1, 1);
        EncodedGraded graded = encoder
                .graded(dataset(new Graded(new Passage.Plain(""), new Passage.Plain("a fine film"),
                        0.5)))
                .rows().getFirst();
        assertThat(graded.row().ids())
                .isEqualTo(
                        Encoder.plain(any(), EncodeOptions.of(LossMode.ALL, WINDOW)).encode(new Document("a fine film"))
                                .ids());
        assertThat(graded.score()).isEqualTo(0.5);
        EncodedSafety safety = encoder.safety(dataset(new SafetyPair(Passage.user("a "), Passage.assistant("b"),
                Passage.assistant("c"), true, false, false, true))).rows().getFirst();
        assertThat(safety.labels()).isEqualTo(new EncodedSafety.Labels(true, false, false, true));
    }

    @Test
    void mismatchedAnswersStayInsideTheirBlock() {
        List<Sample> samples = IntStream.range(0, 5)
                .<Sample>mapToObj(i -> new Judged(new Passage.Plain("question " + i),
                        new Passage.Plain(" answer " + "x".repeat(i)), i % 2 == 0))
                .toList();
        List<EncodedJudged> rows = plain(any(), WINDOW).judged(dataset(samples.toArray(Sample[]::new))).rows();
        List<Encoded> mismatched = Mismatched.of(rows, 2, WINDOW);
        int[] answers = {1, 0, 3, 2, 3};
        for (int i = 0; i < 5; i++) {
            EncodedJudged asked = rows.get(i);
            EncodedJudged answered = rows.get(answers[i]);
            assertThat(mismatched.get(i).ids()).isEqualTo(PlainTokens.concat(
                    Arrays.copyOf(asked.row().ids(), asked.promptLength()), Arrays.copyOfRange(answered.row().ids(),
                            answered.promptLength(), answered.row().length())));
            assertThat(mismatched.get(i).weight()).isEqualTo(weights(asked.promptLength(), mismatched.get(i).length()));
        }
        int narrow = rows.get(4).row().length() - 2;
        assertThat(Mismatched.of(rows, 5, narrow)).allMatch(row -> row.length() <= narrow);
        assertThatThrownBy(() -> Mismatched.of(rows, 1, WINDOW)).isInstanceOf(DataException.class)
                .hasMessageContaining("expected at least 2").hasMessageContaining("per_device_train_batch_size");
    }
}
