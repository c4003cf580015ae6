package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BpeTrainerTest {
    private static final BpeSettings SETTINGS = BpeSettings.chat(400, 128, "{{ messages }}");

    @TempDir
    Path folder;

    @Test
    void mergesEqualThoseOfCountingTheWholeTextAnew() {
        for (int seed = 0; seed < 20; seed++) {
            List<String> texts = texts(seed, 40);
            BpeTokenizer trained = new BpeTrainer(SETTINGS).train(texts);
            assertThat(trained.merges()).as("seed %d", seed).hasSizeGreaterThan(50).isEqualTo(naive(texts, 400 - 3));
        }
    }

    @Test
    void orderOfTextsDoesNotMatter() {
        List<String> texts = new ArrayList<>(texts(3, 60));
        BpeTokenizer trained = new BpeTrainer(SETTINGS).train(texts);
        Collections.reverse(texts);
        assertThat(new BpeTrainer(SETTINGS).train(texts)).isEqualTo(trained);
    }

    @Test
    void roundTripsThroughTheBinding() throws IOException {
        BpeTokenizer trained = new BpeTrainer(SETTINGS).train(texts(1, 200));
        trained.write(folder);
        try (HuggingFaceTokenizer tokenizer = load()) {
            for (String text : hardTexts()) {
                long[] ids = tokenizer.encode(text, false, false).getIds();
                assertThat(tokenizer.decode(ids, false)).isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
                assertThat(tokenizer.encode(text, true, false).getIds()).as("nothing is added").isEqualTo(ids);
                assertThat(LongStream.of(ids).allMatch(id -> id >= 0 && id < trained.size())).isTrue();
            }
        }
    }

    @Test
    void idsFollowTheMergesInOrder() throws IOException {
        BpeTokenizer trained = new BpeTrainer(SETTINGS).train(texts(5, 200));
        trained.write(folder);
        try (HuggingFaceTokenizer tokenizer = load()) {
            for (String text : texts(6, 50)) {
                assertThat(tokenizer.encode(text, false, false).getIds()).as(text).isEqualTo(encode(trained, text));
            }
        }
    }

    @Test
    void learnedWordsAreOneToken() throws IOException {
        List<String> texts = Collections.nCopies(50, "The fox lives in the forest.");
        BpeTokenizer trained = new BpeTrainer(SETTINGS).train(texts);
        assertThat(trained.size()).as("nothing is left to merge").isLessThan(400);
        trained.write(folder);
        try (HuggingFaceTokenizer tokenizer = load()) {
            assertThat(tokenizer.encode("The fox lives in the forest.", false, false).getTokens())
                    .containsExactly("The", "Ġfox", "Ġlives", "Ġin", "Ġthe", "Ġforest", ".");
        }
    }

    @Test
    void specialTokensAreNeverSplit() throws IOException {
        BpeTokenizer trained = new BpeTrainer(SETTINGS).train(texts(1, 200));
        trained.write(folder);
        try (HuggingFaceTokenizer tokenizer = load()) {
            long[] ids = tokenizer.encode("<|im_start|>user\nHi<|im_end|>\n<|endoftext|>", false, false).getIds();
            assertThat(ids).startsWith(trained.idOf("<|im_start|>")).endsWith(trained.idOf("<|endoftext|>"))
                    .contains(trained.idOf("<|im_end|>"));
            assertThat(tokenizer.decode(ids, true)).isEqualTo("user\nHi\n");
        }
        assertThat(trained.idOf("<|im_end|>")).isEqualTo(trained.size() - 1);
    }

    @Test
    void filesSayWhatWasAskedFor() {
        new BpeTrainer(SETTINGS).train(texts(1, 20)).write(folder);
        JsonMapper json = new JsonMapper();
        JsonNode config = json.readTree(folder.resolve("tokenizer_config.json").toFile());
        assertThat(config.get("tokenizer_class").asString()).isEqualTo("PreTrainedTokenizerFast");
        assertThat(config.get("eos_token").asString()).isEqualTo("<|im_end|>");
        assertThat(config.get("bos_token").isNull()).isTrue();
        assertThat(config.get("model_max_length").asInt()).isEqualTo(128);
        assertThat(config.get("chat_template").asString()).isEqualTo("{{ messages }}");
        JsonNode map = json.readTree(folder.resolve("special_tokens_map.json").toFile());
        assertThat(map.propertyNames()).containsExactly("eos_token", "pad_token");
    }

    @Test
    void refusesWhatCannotBeTrained() throws IOException {
        assertThatThrownBy(() -> BpeSettings.chat(258, 128, "")).isInstanceOf(DataException.class)
                .hasMessageContaining("258").hasMessageContaining("259");
        assertThatThrownBy(() -> new BpeSettings(300, List.of("<a>"), Map.of("eos_token", "<b>"), 8, ""))
                .isInstanceOf(DataException.class).hasMessageContaining("eos_token '<b>'");
        assertThatThrownBy(() -> new BpeSettings(300, List.of("<a>"), Map.of("end", "<a>"), 8, ""))
                .isInstanceOf(DataException.class).hasMessageContaining("'end'");
        assertThatThrownBy(() -> new BpeTrainer(SETTINGS).train(List.of("", ""))).isInstanceOf(DataException.class);
        Path file = Files.writeString(folder.resolve("file"), "x");
        BpeTokenizer trained = new BpeTrainer(SETTINGS).train(List.of("abc abc"));
        assertThatThrownBy(() -> trained.write(file)).isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void refusesASpecialTokenThatTheTextsHold() {
        BpeSettings plain = new BpeSettings(400, List.of("end"), Map.of("eos_token", "end"), 8, "");
        assertThatThrownBy(() -> new BpeTrainer(plain).train(List.of("end", "end"))).isInstanceOf(DataException.class)
                .hasMessageContaining("'end'");
    }

    private HuggingFaceTokenizer load() throws IOException {
        return HuggingFaceTokenizer.builder().optTokenizerPath(folder.resolve("tokenizer.json")).optPadding(false)
                .optTruncation(false).build();
    }

    /** Words of few letters, so that overlapping pairs and equal counts are frequent, with marks, digits and other scripts. */
    private static List<String> texts(long seed, int count) {
        String[] extras = {"don't", "42", "été", "日本語", "🙂", "\n\n", "  ", "aaaa", "ababab", "x=1;"};
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int w = 0; w < 12; w++) {
                text.append(random.nextInt(5) == 0 ? extras[random.nextInt(extras.length)] : word(random)).append(' ');
            }
            texts.add(text.toString());
        }
        return texts;
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int n = 1 + random.nextInt(7); n > 0; n--) {
            word.append("abcde".charAt(random.nextInt(5)));
        }
        return word.toString();
    }

    private static List<String> hardTexts() {
        List<String> texts = new ArrayList<>(
                List.of("", " ", "\n", "a  b\t\tc \r\n d", "don't DON'T we'Ll", "1234567890",
                        "e\u0301 é ﬁ Å", "👩‍👩‍👧‍👦 🇩🇪 👍🏽", "עברית العربية ไทย हिन्दी", "\u00a0\u2003\u3000x",
                        "\u0000\u0007", "…—“”"));
        Random random = new Random(9);
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                int point = random.nextInt(random.nextBoolean() ? 0x3000 : Character.MAX_CODE_POINT + 1);
                // Unassigned ones may be combining marks in the newer Unicode of the other side; surrogates are no text.
                boolean usable = Character.isDefined(point) && Character.getType(point) != Character.SURROGATE;
                text.appendCodePoint(usable ? point : 'z');
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /** The textbook algorithm: count all pairs of all pieces before every merge. */
    private static List<BpeTokenizer.Merge> naive(List<String> texts, int room) {
        Map<Integer, String> alphabet = BpeTrainer.alphabet();
        List<String> tokens = new ArrayList<>(alphabet.values().stream().sorted().toList());
        List<List<Integer>> words = new ArrayList<>();
        for (String text : texts) {
            for (String piece : pieces(text)) {
                words.add(new ArrayList<>(bytes(piece).stream().map(tokens::indexOf).toList()));
            }
        }
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        while (tokens.size() < room) {
            Map<List<Integer>, Integer> counts = new HashMap<>();
            words.forEach(word -> {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            });
            List<Integer> best = counts.entrySet().stream().filter(e -> e.getValue() > 1)
                    .min(Map.Entry.<List<Integer>, Integer>comparingByValue().reversed()
                            .thenComparing(e -> e.getKey().get(0)).thenComparing(e -> e.getKey().get(1)))
                    .map(Map.Entry::getKey).orElse(null);
            if (best == null)
                break;
            String merged = tokens.get(best.get(0)) + tokens.get(best.get(1));
            merges.add(new BpeTokenizer.Merge(tokens.get(best.get(0)), tokens.get(best.get(1))));
            if (!tokens.contains(merged))
                tokens.add(merged);
            words.forEach(word -> apply(word, best.get(0), best.get(1), tokens.indexOf(merged)));
        }
        return merges;
    }

    private static <T> void apply(List<T> word, T left, T right, T merged) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.get(i).equals(left) && word.get(i + 1).equals(right)) {
                word.set(i, merged);
                word.remove(i + 1);
            }
        }
    }

    private static long[] encode(BpeTokenizer tokenizer, String text) {
        List<String> all = new ArrayList<>();
        for (String piece : pieces(text)) {
            List<String> word = new ArrayList<>(bytes(piece));
            tokenizer.merges().forEach(m -> apply(word, m.left(), m.right(), m.left() + m.right()));
            all.addAll(word);
        }
        return all.stream().mapToLong(tokenizer.tokens()::indexOf).toArray();
    }

    private static List<String> pieces(String text) {
        return Pattern.compile(BpeTrainer.SPLIT, Pattern.UNICODE_CHARACTER_CLASS)
                .matcher(text).results().map(MatchResult::group).toList();
    }

    private static List<String> bytes(String piece) {
        List<String> symbols = new ArrayList<>();
        for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(BpeTrainer.alphabet().get(Byte.toUnsignedInt(b)));
        }
        return symbols;
    }
}
