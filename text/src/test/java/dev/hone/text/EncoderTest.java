package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EncoderTest {
    private static final int WINDOW = 10_000;
    private static final Conversation TALK = new Conversation(List.of(Message.system("Be brief."),
            Message.user("Name a river."),
            Message.assistant("The Rh\u00f4ne \uD83C\uDF0A."), Message.user("Why?"), Message.assistant("It is long.")));

    /** Every tokenizer that has an end token; in some of them it is the padding token too. */
    static List<Tokenizer> tokenizers() {
        return Golden.folders("tokenizers").stream().map(HubTokenizer::load).map(Tokenizer.class::cast)
                .filter(tokenizer -> tokenizer.vocabulary().eos().isPresent()).toList();
    }

    private static Tokenizer any() { return tokenizers().getFirst(); }

    private static Encoder encoder(Tokenizer tokenizer, TestRenderer.Marks marks, LossMode loss) {
        return Encoder.chat(tokenizer, TestRenderer.of(tokenizer, marks), EncodeOptions.of(loss, WINDOW));
    }

    /** What the weights must be when the characters of these pieces, each found after the one before, are the replies. */
    private static float[] expected(Tokenizer tokenizer, String text, List<String> replies) {
        BitSet inside = new BitSet();
        int at = 0;
        for (String reply : replies) {
            int start = text.indexOf(reply, at);
            inside.set(start, start + reply.length());
            at = start + reply.length();
        }
        TokenSpans tokens = tokenizer.encodeWithSpans(text);
        float[] weight = new float[tokens.size()];
        for (int i = 1; i < weight.length; i++) {
            int next = inside.nextSetBit(tokens.starts()[i]);
            weight[i] = next >= 0 && next < tokens.ends()[i] ? 1 : 0;
        }
        return weight;
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void repliesAndTheirEndTokensCarryLossHoweverTheyAreFound(Tokenizer tokenizer) {
        for (TestRenderer.Marks marks : List.of(TestRenderer.Marks.NONE, TestRenderer.Marks.WITH_END,
                TestRenderer.Marks.WITHOUT_END)) {
            TestRenderer renderer = TestRenderer.of(tokenizer, marks);
            String text = renderer.render(TALK.messages(), false).text();
            String first = TALK.messages().get(2).content() + renderer.end();
            String second = TALK.messages().get(4).content() + renderer.end();
            Encoded all = encoder(tokenizer, marks, LossMode.ASSISTANT_ONLY).encode(TALK);
            assertThat(all.ids()).isEqualTo(tokenizer.encode(text));
            assertThat(all.weight()).as("marks %s", marks).isEqualTo(expected(tokenizer, text, List.of(first, second)));
            assertThat(all.ids()[all.lastTrained()]).isEqualTo(tokenizer.vocabulary().eos().getAsInt());
            Encoded last = encoder(tokenizer, marks, LossMode.COMPLETION_ONLY).encode(TALK);
            assertThat(last.weight()).as("marks %s", marks).isEqualTo(expected(tokenizer, text, List.of(second)));
        }
    }

    @ParameterizedTest
    @EnumSource(TestRenderer.Marks.class)
    void everyTokenButTheFirstCarriesLossWhenAllDo(TestRenderer.Marks marks) {
        Encoded encoded = encoder(any(), marks, LossMode.ALL).encode(TALK);
        assertThat(encoded.trainedTokens()).isEqualTo(encoded.length() - 1);
        assertThat(encoded.weight()[0]).isZero();
    }

    @Test
    void marksThatReachFurtherThanTheEndTokenAreTakenAsTheyAre() {
        Tokenizer tokenizer = any();
        TestRenderer renderer = TestRenderer.of(tokenizer, TestRenderer.Marks.WITH_END_AND_BREAK);
        String text = renderer.render(TALK.messages(), false).text();
        float[] expected = expected(tokenizer, text,
                List.of(TALK.messages().get(2).content() + renderer.end() + "\n",
                        TALK.messages().get(4).content() + renderer.end() + "\n"));
        assertThat(encoder(tokenizer, renderer.marks(), LossMode.ASSISTANT_ONLY).encode(TALK).weight())
                .isEqualTo(expected);
    }

    @Test
    void aConversationThatDoesNotEndWithAReplyHasNoCompletion() {
        Conversation open = new Conversation(TALK.messages().subList(0, 4));
        for (TestRenderer.Marks marks : TestRenderer.Marks.values()) {
            assertThat(encoder(any(), marks, LossMode.COMPLETION_ONLY).encode(open).trainedTokens()).isZero();
            assertThat(encoder(any(), marks, LossMode.ASSISTANT_ONLY).encode(open).trainedTokens()).isPositive();
        }
    }

    @Test
    void aTokenAcrossTheBoundaryCarriesLoss() {
        for (Tokenizer tokenizer : tokenizers()) {
            String text = "the answer is in the model and the other words";
            TokenSpans tokens = tokenizer.encodeWithSpans(text);
            int wide = IntStream.range(1, tokens.size()).filter(i -> tokens.span(i).length() > 1).findFirst()
                    .orElseThrow();
            int inside = tokens.ends()[wide] - 1;
            float[] weight = new SpanWeights(text, tokens, tokenizer.vocabulary())
                    .of(List.of(new Span(inside, text.length())), true);
            assertThat(weight[wide]).isEqualTo(1);
            for (int i = 0; i < wide; i++) {
                assertThat(tokens.ends()[i] <= inside).isTrue();
                assertThat(weight[i]).isZero();
            }
        }
    }

    @Test
    void aTemplateThatRewritesEarlierTurnsIsRefusedWithTheWayOut() {
        Tokenizer tokenizer = any();
        TestRenderer grows = TestRenderer.of(tokenizer, TestRenderer.Marks.NONE);
        ConversationRenderer rewrites = new ConversationRenderer() {
            @Override
            public RenderedText render(List<Message> messages, boolean addGenerationPrompt) {
                String text = grows.render(messages, addGenerationPrompt).text();
                return new RenderedText(messages.size() + " turns\n" + text, List.of());
            }

            @Override
            public boolean marksGeneration() { return false; }
        };
        Encoder encoder = Encoder.chat(tokenizer, rewrites, EncodeOptions.of(LossMode.ASSISTANT_ONLY, WINDOW));
        assertThatThrownBy(() -> encoder.encode(TALK)).isInstanceOf(DataException.class)
                .hasMessageContaining("message 3 and those before it differently")
                .hasMessageContaining("{% generation %}");
        assertThatThrownBy(() -> encoder.encode(dataset(Shape.MESSAGES, TALK))).isInstanceOf(DataException.class)
                .hasMessageStartingWith("data.jsonl, line 1: ").hasMessageContaining("{% generation %}");
    }

    @Test
    void aPromptThatOpensMoreThanTheReplyHasStillLeavesTheReply() {
        Tokenizer tokenizer = any();
        TestRenderer plain = TestRenderer.of(tokenizer, TestRenderer.Marks.NONE);
        ConversationRenderer thinks = new ConversationRenderer() {
            @Override
            public RenderedText render(List<Message> messages, boolean addGenerationPrompt) {
                if (messages.isEmpty()) {
                    throw new TemplateException("no messages");
                }
                return new RenderedText(
                        plain.render(messages, addGenerationPrompt).text() + (addGenerationPrompt ? "think\n" : ""),
                        List.of());
            }

            @Override
            public boolean marksGeneration() { return false; }
        };
        for (LossMode loss : List.of(LossMode.ASSISTANT_ONLY, LossMode.COMPLETION_ONLY)) {
            assertThat(Encoder.chat(tokenizer, thinks, EncodeOptions.of(loss, WINDOW)).encode(TALK).weight())
                    .isEqualTo(encoder(tokenizer, TestRenderer.Marks.NONE, loss).encode(TALK).weight());
        }
        Conversation begun = new Conversation(List.of(Message.assistant("Hello.")));
        assertThat(encoder(tokenizer, TestRenderer.Marks.NONE, LossMode.ASSISTANT_ONLY).encode(begun).weight())
                .isEqualTo(encoder(tokenizer, TestRenderer.Marks.WITH_END, LossMode.ASSISTANT_ONLY).encode(begun)
                        .weight());
        assertThat(Encoder.chat(tokenizer, thinks, EncodeOptions.of(LossMode.ASSISTANT_ONLY, WINDOW)).encode(begun)
                .trainedTokens()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void documentsEndWithOneEndTokenAndBeginAsTheTokenizerSays(Tokenizer tokenizer) {
        int eos = tokenizer.vocabulary().eos().getAsInt();
        Encoder encoder = Encoder.plain(tokenizer, EncodeOptions.of(LossMode.ALL, WINDOW));
        Encoded encoded = encoder.encode(new Document("Some words."));
        int[] bare = tokenizer.encode("Some words.");
        assertThat(encoded.ids()).endsWith(eos).containsSubsequence(bare);
        assertThat(Arrays.stream(encoded.ids()).filter(id -> id == eos).count()).isEqualTo(1);
        assertThat(Arrays.copyOf(encoded.ids(), encoded.length() - 1))
                .startsWith(Arrays.copyOf(tokenizer.encodeWithSpecialTokens("Some words."), bare.length));
        assertThat(encoded.trainedTokens()).isEqualTo(encoded.length() - 1);
        String ended = "Some words." + tokenizer.vocabulary().token(eos).orElseThrow();
        assertThat(encoder.encode(new Document(ended)).ids()).isEqualTo(encoded.ids());
    }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void plainCompletionsFollowThePromptsOwnTokens(Tokenizer tokenizer) {
        int eos = tokenizer.vocabulary().eos().getAsInt();
        Encoder encoder = Encoder.plain(tokenizer, EncodeOptions.of(LossMode.COMPLETION_ONLY, WINDOW));
        for (List<String> pair : List.of(List.of("Question: 2+2?\nAnswer:", " 4 it is"),
                List.of("the mod", "el learns"), List.of("", "alone"), List.of("empty", ""))) {
            Encoded encoded = encoder
                    .encode(new Conversation(List.of(Message.user(pair.get(0)), Message.assistant(pair.get(1)))));
            int[] prompt = tokenizer.encode(pair.get(0));
            int first = IntStream.range(0, encoded.length()).filter(i -> encoded.weight()[i] > 0).findFirst()
                    .orElseThrow();
            int leading = tokenizer.encodeWithSpecialTokens("a")[0] == tokenizer.encode("a")[0] ? 0 : 1;
            int from = Math.max(1, leading + prompt.length); // the first token of a row carries none
            assertThat(Arrays.copyOfRange(encoded.ids(), leading, leading + prompt.length)).isEqualTo(prompt);
            assertThat(first).isEqualTo(from);
            assertThat(encoded.trainedTokens()).isEqualTo(encoded.length() - from);
            assertThat(encoded.ids()[encoded.length() - 1]).isEqualTo(eos);
            assertThat(tokenizer.decodeWithoutSpecialTokens(encoded.ids()).replace(" ", ""))
                    .isEqualTo((tokenizer.decodeWithoutSpecialTokens(tokenizer.encode(pair.get(0)))
                            + tokenizer.decodeWithoutSpecialTokens(tokenizer.encode(pair.get(1)))).replace(" ", ""));
        }
    }

    @Test
    void samplesThatDoNotFitTheLossOrNeedATemplateAreRefused() {
        Encoder plain = Encoder.plain(any(), EncodeOptions.of(LossMode.ASSISTANT_ONLY, WINDOW));
        assertThatThrownBy(() -> plain.encode(TALK)).isInstanceOf(DataException.class)
                .hasMessageContaining("5 turns (system, user, assistant, user, assistant) needs a chat template");
        assertThatThrownBy(() -> plain.encode(new Document("text"))).isInstanceOf(DataException.class)
                .hasMessageContaining("plain text has no assistant turns");
        assertThatThrownBy(() -> EncodeOptions.of(LossMode.ALL, 1)).isInstanceOf(DataException.class)
                .hasMessageContaining("max_length is 1");
    }

    @Test
    void longRowsKeepTheirStartOrTheirEndAndRowsWithoutLossAreDropped() {
        Tokenizer tokenizer = any();
        TestRenderer renderer = TestRenderer.of(tokenizer, TestRenderer.Marks.NONE);
        Encoded whole = encoder(tokenizer, TestRenderer.Marks.NONE, LossMode.ASSISTANT_ONLY).encode(TALK);
        int window = whole.lastTrained();
        Encoded start = Encoder.chat(tokenizer, renderer, EncodeOptions.of(LossMode.ASSISTANT_ONLY, window))
                .encode(TALK);
        assertThat(start.ids()).isEqualTo(Arrays.copyOf(whole.ids(), window));
        assertThat(start.weight()).isEqualTo(Arrays.copyOf(whole.weight(), window));
        Encoded end = Encoder.chat(tokenizer, renderer, new EncodeOptions(LossMode.ALL, window, Truncation.KEEP_END))
                .encode(TALK);
        assertThat(end.ids()).isEqualTo(Arrays.copyOfRange(whole.ids(), whole.length() - window, whole.length()));
        assertThat(end.weight()[0]).isZero();
        assertThat(end.trainedTokens()).isEqualTo(window - 1);

        Conversation late = new Conversation(List.of(Message.user("words ".repeat(200)), Message.assistant("yes")));
        Encoder narrow = Encoder.chat(tokenizer, renderer, EncodeOptions.of(LossMode.ASSISTANT_ONLY, window));
        EncodedDataset encoded = narrow.encode(dataset(Shape.MESSAGES, TALK, late, TALK));
        assertThat(encoded.rows()).hasSize(2);
        assertThat(encoded.dropped()).isEqualTo(1);
        assertThat(encoded.truncated()).isEqualTo(3);
        assertThat(encoded.lengths()[0]).isEqualTo(whole.length());
        assertThat(encoded.tokens()).isEqualTo(2L * window);
        assertThat(encoded.trainedTokens()).isEqualTo(2L * start.trainedTokens());
        assertThatThrownBy(() -> narrow.encode(dataset(Shape.MESSAGES, late))).isInstanceOf(DataException.class)
                .hasMessageContaining("none of the 1 samples").hasMessageContaining("max_length " + window)
                .hasMessageContaining("data.jsonl, line 1");
    }

    @Test
    void manyThreadsGiveTheRowsInOrder() {
        Tokenizer tokenizer = any();
        Sample[] samples = IntStream.range(0, 3000).mapToObj(i -> new Document("row " + i + " " + "x ".repeat(i % 17)))
                .toArray(Sample[]::new);
        Encoder encoder = Encoder.plain(tokenizer, EncodeOptions.of(LossMode.ALL, WINDOW));
        EncodedDataset encoded = encoder.encode(dataset(Shape.TEXT, samples));
        assertThat(encoded.rows()).hasSize(samples.length);
        for (int i = 0; i < samples.length; i++) {
            assertThat(encoded.rows().get(i).ids()).isEqualTo(encoder.encode(samples[i]).ids());
            assertThat(encoded.lengths()[i]).isEqualTo(encoded.rows().get(i).length());
        }
    }

    @Test
    void theDefaultLossFollowsTheShape() {
        Document document = new Document("text");
        assertThat(LossMode.defaultFor(dataset(Shape.TEXT, document))).isEqualTo(LossMode.ALL);
        assertThat(LossMode.defaultFor(dataset(Shape.TEXT, TALK))).isEqualTo(LossMode.ASSISTANT_ONLY);
        assertThat(LossMode.defaultFor(dataset(Shape.MESSAGES, TALK))).isEqualTo(LossMode.ASSISTANT_ONLY);
        assertThat(LossMode.defaultFor(dataset(Shape.PROMPT_COMPLETION, TALK))).isEqualTo(LossMode.COMPLETION_ONLY);
        assertThat(LossMode.defaultFor(dataset(Shape.INSTRUCTION, TALK))).isEqualTo(LossMode.COMPLETION_ONLY);
    }

    static Dataset dataset(Shape shape, Sample... samples) {
        List<Origin> origins = new ArrayList<>();
        for (int i = 0; i < samples.length; i++) {
            origins.add(Origin.line(Path.of("data.jsonl"), i + 1));
        }
        return new Dataset(List.of(samples), origins, new Schema(shape, Map.of(), List.of()), Dataset.Skipped.none());
    }
}
