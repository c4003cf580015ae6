package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.testkit.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rows that TRL's trainers made of their data, token by token. */
@Tag("golden")
class LabelledGoldenTest {
    private static final Tokenizer TOKENIZER = HubTokenizer.load(Golden.path("runs", "init"));

    /** Rows of one tensor in the order of the steps, without their padding; -100 marks tokens that carry no loss. */
    private final Map<String, List<int[]>> tensors = new HashMap<>();

    static Stream<Path> runs(String column) {
        return Golden.folders("runs").stream().filter(run -> Files.exists(run.resolve("golden.json")))
                .filter(run -> Golden.json(run.resolve("golden.json")).path("data").path(0).has(column)
                        && Files.exists(run.resolve("batches.safetensors")));
    }

    static Stream<Path> pairs() { return runs("chosen"); }

    static Stream<Path> judged() { return runs("label"); }

    private static Dataset dataset(Path run, DataKind kind, Path folder) throws IOException {
        Path file = folder.resolve("data.jsonl");
        List<String> lines = new ArrayList<>();
        Golden.json(run.resolve("golden.json")).get("data").forEach(row -> lines.add(row.toString()));
        Files.write(file, lines);
        return Dataset.read(List.of(file.toString()), ReadOptions.defaults().withKind(kind));
    }

    private void load(Path run) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(run.resolve("batches.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) bytes.getLong()];
        bytes.get(header);
        JsonNode entries = new JsonMapper().readTree(new String(header, StandardCharsets.UTF_8));
        int base = 8 + header.length;
        List<String> names = entries.propertyNames().stream().filter(name -> name.startsWith("step")).sorted().toList();
        for (String name : names) {
            JsonNode entry = entries.get(name);
            if (entry.get("dtype").stringValue().equals("I64")) {
                int rows = entry.get("shape").get(0).intValue();
                int columns = entry.get("shape").path(1).asInt(1);
                int start = base + entry.get("data_offsets").get(0).intValue();
                for (int i = 0; i < rows; i++) {
                    int first = start + 8 * i * columns;
                    tensors.computeIfAbsent(name.substring(name.lastIndexOf('.') + 1), key -> new ArrayList<>())
                            .add(IntStream.range(0, columns).map(j -> (int) bytes.getLong(first + 8 * j)).toArray());
                }
            }
        }
    }

    /** A row of tokens; those that carry loss are marked. */
    private record Tokens(int[] ids, boolean[] trained) {
        String key(boolean marked) {
            return IntStream.range(0, ids.length).mapToObj(i -> ids[i] + (marked && trained[i] ? "+" : "")).toList()
                    .toString();
        }
    }

    /** The rows without their padding, as TRL has them. */
    private List<Tokens> golden(String prefix) {
        List<Tokens> rows = new ArrayList<>();
        for (int i = 0; i < tensors.get(prefix + "input_ids").size(); i++) {
            int[] ids = tensors.get(prefix + "input_ids").get(i);
            int[] real = tensors.get(prefix + "attention_mask").get(i);
            int[] mask = tensors.containsKey(prefix + "completion_mask")
                    ? tensors.get(prefix + "completion_mask").get(i)
                    : tensors.containsKey(prefix + "labels") ? tensors.get(prefix + "labels").get(i) : new int[0];
            int[] kept = IntStream.range(0, ids.length).filter(j -> real[j] == 1).toArray();
            boolean[] trained = new boolean[kept.length];
            for (int j = 0; j < kept.length; j++) {
                trained[j] = mask.length > 0 && mask[kept[j]] != -100 && mask[kept[j]] != 0;
            }
            rows.add(new Tokens(Arrays.stream(kept).map(j -> ids[j]).toArray(), trained));
        }
        return rows;
    }

    private static Tokens ours(Encoded row) {
        boolean[] trained = new boolean[row.length()];
        for (int i = 0; i < trained.length; i++) {
            trained[i] = row.weight()[i] == 1;
        }
        return new Tokens(row.ids(), trained);
    }

    /**
     * Prompts whose last token joins the first of an answer when both are tokenised as one text. TRL then drops that token of
     * the answer, or moves the boundary; Hone keeps the prompt's tokens and all of the answer.
     */
    private static List<String> joining(Path run, String... answers) {
        return Golden.json(run.resolve("golden.json")).get("data").valueStream()
                .filter(row -> Arrays.stream(answers).anyMatch(answer -> !PlainTokens.startsWith(
                        TOKENIZER.encode(row.get("prompt").stringValue() + row.get(answer).stringValue()),
                        TOKENIZER.encode(row.get("prompt").stringValue()))))
                .map(row -> row.get("prompt").stringValue()).toList();
    }

    private static boolean asks(Tokens row, List<String> prompts) {
        return prompts.stream().anyMatch(TOKENIZER.decode(row.ids())::startsWith);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void pairsAreTokenisedAsInPython(Path run) throws IOException {
        load(run);
        EncodedRows<EncodedPair> pairs = LabelledEncoder.plain(TOKENIZER, LabelledOptions.of(1024))
                .pairs(dataset(run, DataKind.PREFERENCES, Files.createTempDirectory("hone")));
        List<String> joining = joining(run, "chosen", "rejected");
        boolean apart = tensors.containsKey("chosen_input_ids");
        boolean marked = apart || tensors.containsKey("completion_mask");
        List<String> chosen = pairs.rows().stream().map(pair -> ours(pair.chosen()).key(marked)).toList();
        List<String> rejected = pairs.rows().stream().map(pair -> ours(pair.rejected()).key(marked)).toList();
        for (String side : apart ? List.of("chosen_", "rejected_") : List.of("")) {
            List<String> golden = golden(side).stream().filter(row -> !asks(row, joining)).map(row -> row.key(marked))
                    .toList();
            assertThat(golden).hasSizeGreaterThan(5);
            assertThat(side.equals("chosen_")
                    ? chosen
                    : side.equals("rejected_")
                            ? rejected
                            : Stream.concat(chosen.stream(), rejected.stream()).toList())
                    .containsAll(golden);
        }
        requireWholeTexts(run, pairs);
    }

    /** Whatever the boundary, no character of an answer is lost. */
    private static void requireWholeTexts(Path run, EncodedRows<EncodedPair> pairs) {
        JsonNode data = Golden.json(run.resolve("golden.json")).get("data");
        for (int i = 0; i < pairs.size(); i++) {
            String prompt = data.get(i).get("prompt").stringValue();
            assertThat(TOKENIZER.decodeWithoutSpecialTokens(pairs.rows().get(i).chosen().ids()))
                    .isEqualTo(prompt + data.get(i).get("chosen").stringValue());
            assertThat(TOKENIZER.decodeWithoutSpecialTokens(pairs.rows().get(i).rejected().ids()))
                    .isEqualTo(prompt + data.get(i).get("rejected").stringValue());
        }
    }

    @ParameterizedTest
    @MethodSource("judged")
    void judgedAnswersAndMismatchedOnesAreThoseOfPython(Path run) throws IOException {
        load(run);
        int block = Golden.json(run.resolve("golden.json")).get("options").get("per_device_train_batch_size")
                .intValue();
        EncodedRows<EncodedJudged> rows = LabelledEncoder.plain(TOKENIZER, LabelledOptions.of(1024))
                .judged(dataset(run, DataKind.JUDGED, Files.createTempDirectory("hone")));
        List<String> joining = joining(run, "completion");
        List<Tokens> golden = golden("");
        List<Tokens> goldenMismatched = golden("KL_");
        List<Encoded> mismatched = Mismatched.of(rows.rows(), block, 1024);
        int compared = 0;
        for (int i = 0; i < golden.size(); i++) { // the sampler is sequential and begins again at the end
            int at = i % rows.size();
            int before = at % block == 0 ? at + block - 1 : at - 1;
            if (!asks(golden.get(i), joining)) {
                assertThat(ours(rows.rows().get(at).row()).key(true)).isEqualTo(golden.get(i).key(true));
                compared++;
            }
            if (!asks(golden.get(i - at + before), joining)) {
                assertThat(ours(mismatched.get(at)).key(true)).isEqualTo(goldenMismatched.get(i).key(true));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(golden.size());
    }
}
