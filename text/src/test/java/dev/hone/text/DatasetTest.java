package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
    private static final List<Message> SEA = List.of(Message.user("Why is the sea salty?"),
            Message.assistant("Rivers carry salt into it."));

    @TempDir
    Path folder;

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static Dataset read(Object... inputs) {
        return Dataset.read(Arrays.stream(inputs).map(Object::toString).toList(), ReadOptions.defaults());
    }

    private static Sample only(Dataset dataset) {
        assertThat(dataset.samples()).hasSize(1);
        return dataset.samples().getFirst();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void jsonLinesWithByteOrderMarkCrlfAndBlankLines() throws IOException {
        Path file = write("a.jsonl", "\uFEFF{\"text\": \"Grüße 😀\"}\r\n\r\n   \n{\"text\": \"second\"}");
        Dataset dataset = read(file);
        assertThat(dataset.samples()).containsExactly(new Document("Grüße 😀"), new Document("second"));
        assertThat(dataset.origins()).extracting(Origin::toString).containsExactly(file + ", line 1",
                file + ", line 4");
        assertThat(dataset.schema().describe()).isEqualTo("text (text)");
    }

    @Test
    void gzAndZstGiveTheSameRows() throws IOException {
        String rows = "{\"question\": \"2+2?\", \"answer\": \"4\"}\n".repeat(500);
        Path gz = Files.write(folder.resolve("a.jsonl.gz"), gzip(rows));
        Path zst = Files.write(folder.resolve("b.jsonl.zst"), Zstd.compress(rows.getBytes(StandardCharsets.UTF_8)));
        Dataset dataset = read(gz, zst);
        assertThat(dataset.size()).isEqualTo(1000);
        assertThat(dataset.samples())
                .containsOnly(new Conversation(List.of(Message.user("2+2?"), Message.assistant("4"))));
        assertThat(dataset.schema().describe())
                .isEqualTo("prompt + completion (prompt = question, completion = answer)");
    }

    @Test
    void csvWithQuotesLineBreaksAndNumbersThatStayText() throws IOException {
        Path file = write("a.csv", "\uFEFFprompt,completion,note\r\n\"Say \"\"hi\"\",\nplease\",007,\r\n\nx,\"\",n\n");
        Dataset dataset = read(file);
        assertThat(dataset.samples()).containsExactly(
                new Conversation(List.of(Message.user("Say \"hi\",\nplease"), Message.assistant("007"))),
                new Conversation(List.of(Message.user("x"), Message.assistant(""))));
        assertThat(dataset.origins()).extracting(Origin::number).containsExactly(2L, 5L);
        assertThat(dataset.schema().unused()).containsExactly("note");
        Path tsv = Files.write(folder.resolve("b.tsv.gz"), gzip("text\tid\na, b\t1\n"));
        assertThat(only(read(tsv))).isEqualTo(new Document("a, b"));
    }

    /** Rows of many lengths put every kind of character on the border between two blocks of the file. */
    @Test
    void longFilesReadTheSameInEveryFormat() throws IOException {
        StringBuilder csv = new StringBuilder("prompt,completion\r\n");
        StringBuilder jsonLines = new StringBuilder();
        StringBuilder json = new StringBuilder("[");
        for (int i = 0; i < 30_000; i++) {
            String cell = "x".repeat(i % 13) + "\u00e9";
            csv.append("\"a \"\"").append(cell).append("\"\"\r\n,\",").append(cell).append("\r\n");
            String row = "{\"prompt\": \"a \\\"" + cell + "\\\"\\n,\", \"completion\": \"" + cell + "\"}";
            jsonLines.append(row).append("\r\n");
            json.append(i == 0 ? "" : ",\n").append(row);
        }
        Dataset fromLines = read(write("a.jsonl", jsonLines.toString()));
        assertThat(fromLines.size()).isEqualTo(30_000);
        assertThat(fromLines.origins().getLast().number()).isEqualTo(30_000);
        Dataset fromCsv = read(write("a.csv", csv.toString()));
        assertThat(fromCsv.samples()).isEqualTo(fromLines.samples());
        assertThat(fromCsv.origins().getLast().number()).isEqualTo(60_000);
        assertThat(read(write("a.json", json + "]")).samples()).isEqualTo(fromLines.samples());
    }

    @Test
    void csvCellsMayHoldTurnsAsJson() throws IOException {
        Path file = write("a.csv",
                "messages\n\"[{\"\"role\"\": \"\"user\"\", \"\"content\"\": \"\"Why is the sea salty?\"\"}, "
                        + "{\"\"role\"\": \"\"assistant\"\", \"\"content\"\": \"\"Rivers carry salt into it.\"\"}]\"\n");
        assertThat(only(read(file))).isEqualTo(new Conversation(SEA));
    }

    @Test
    void parquetWithNestedTurnsAndANameFullOfGlobCharacters() throws SQLException {
        Path file = folder.resolve("train [1]*.parquet");
        parquet(file, "SELECT [{'role': 'user', 'content': 'Why is the sea salty?'}, {'role': 'assistant', 'content': "
                + "'Rivers carry salt into it.'}] AS messages, i AS id FROM range(3) r(i)");
        Dataset dataset = read(file);
        assertThat(dataset.samples()).hasSize(3).containsOnly(new Conversation(SEA));
        assertThat(dataset.origins().getLast()).hasToString(file + ", row 3");
        assertThat(dataset.schema().unused()).containsExactly("id");
    }

    static void parquet(Path file, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT parquet, COMPRESSION zstd)");
        }
    }

    @Test
    void jsonListEnvelopeAndObjectsInARow() throws IOException {
        assertThat(read(write("list.json", "[\n {\"text\": \"a\"},\n \"b\"\n]\n")).samples())
                .containsExactly(new Document("a"), new Document("b"));
        assertThat(read(write("pretty.json", "{\"text\":\n\"a\"}\n{\"text\": \"b\"}")).samples())
                .containsExactly(new Document("a"), new Document("b"));
        Dataset envelope = read(write("lmflow.json",
                "{\"type\": \"text2text\", \"instances\": [{\"input\": \"a\", \"output\": \"b\"}], \"more\": {\"x\": [1]}}"));
        assertThat(only(envelope)).isEqualTo(new Conversation(List.of(Message.user("a"), Message.assistant("b"))));
        assertThat(only(read(write("text.json", "{\"instances\": [{\"text\": \"a\"}], \"type\": \"text_only\"}"))))
                .isEqualTo(new Document("a"));
        assertThat(only(read(write("talk.json",
                """
                        {"type": "conversation", "instances": [{"conversation_id": 0, "system": "Be kind.", "tools": ["f"], "messages": [
                          {"role": "user", "content": "Why is the sea salty?"}, {"role": "assistant", "content": "Rivers carry salt into it."}]}]}
                        """))))
                .isEqualTo(new Conversation(List.of(Message.system("Be kind."), SEA.get(0), SEA.get(1)), List.of("f")));
    }

    @Test
    void turnsUnderAllTheirNames() throws IOException {
        String roleContent = "[{\"role\": \"user\", \"content\": \"Why is the sea salty?\"}, {\"role\": \"assistant\", \"content\": \"Rivers carry salt into it.\"}]";
        String fromValue = "[{\"from\": \"human\", \"value\": \"Why is the sea salty?\"}, {\"from\": \"gpt\", \"value\": \"Rivers carry salt into it.\"}]";
        String fromContent = "[{\"from\": \"user\", \"content\": \"Why is the sea salty?\"}, {\"from\": \"assistant\", \"content\": [{\"type\": \"text\", \"text\": \"Rivers carry salt into it.\"}]}]";
        for (String row : List.of("{\"messages\": " + roleContent + "}", "{\"conversations\": " + fromValue + "}",
                "{\"message\": " + roleContent + "}", "{\"messages\": " + fromContent + "}",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"Why is the sea salty?\"}], \"completion\": {\"role\": \"assistant\", \"content\": \"Rivers carry salt into it.\"}}",
                "{\"prompt\": \"Why is the sea salty?\", \"completion\": \"Rivers carry salt into it.\"}",
                "{\"user_input\": \"Why is the sea salty?\", \"completion\": \"Rivers carry salt into it.\"}",
                "{\"INSTRUCTION\": \"Why is the sea salty?\", \"RESPONSE\": \"Rivers carry salt into it.\", \"SOURCE\": \"x\"}",
                "{\"instruction\": \"Why is the sea salty?\", \"input\": \"\", \"output\": \"Rivers carry salt into it.\", \"text\": \"Below is\"}")) {
            assertThat(only(read(write("a.jsonl", row)))).as(row).isEqualTo(new Conversation(SEA));
        }
    }

    @Test
    void instructionsWithInputsAndWithInstances() throws IOException {
        assertThat(only(
                read(write("a.jsonl", "{\"instruction\": \"Translate.\", \"input\": \"Hund\", \"output\": \"dog\"}"))))
                .isEqualTo(new Conversation(List.of(Message.user("Translate.\n\nHund"), Message.assistant("dog"))));
        Dataset seeds = read(write("b.jsonl",
                "{\"id\": \"s\", \"instruction\": \"Name it.\", \"instances\": [{\"input\": \"\", \"output\": \"a\"}, "
                        + "{\"input\": \"x\", \"output\": \"b\"}], \"is_classification\": false}"));
        assertThat(seeds.samples()).containsExactly(
                new Conversation(List.of(Message.user("Name it."), Message.assistant("a"))),
                new Conversation(List.of(Message.user("Name it.\n\nx"), Message.assistant("b"))));
        assertThat(seeds.schema().unused()).containsExactly("id", "is_classification");
    }

    @Test
    void toolFieldsOfATurnAreKept() throws IOException {
        Conversation conversation = (Conversation) only(read(write("a.jsonl",
                "{\"messages\": [{\"role\": \"assistant\", \"content\": null, \"name\": null, \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": {\"x\": 1, \"y\": null}}}]},"
                        + "{\"role\": \"tool\", \"content\": \"3\", \"tool_call_id\": \"7\"}]}")));
        Message call = conversation.messages().getFirst();
        assertThat(call.content()).isEmpty();
        assertThat(call.extras()).containsOnlyKeys("tool_calls");
        Map<?, ?> function = (Map<?, ?>) ((Map<?, ?>) ((List<?>) call.extras().get("tool_calls")).getFirst())
                .get("function");
        assertThat(function.get("name")).isEqualTo("f");
        assertThat(((Map<?, ?>) function.get("arguments")).get("x")).isEqualTo(1);
        assertThat(conversation.messages().getLast())
                .isEqualTo(new Message(Role.TOOL, "3", Map.of("tool_call_id", "7")));
    }

    @Test
    void foldersAndGlobsAreReadInOrderOfTheirNames() throws IOException {
        Files.createDirectories(folder.resolve("in/.cache"));
        write("in/b.jsonl", "{\"text\": \"b\"}");
        write("in/a.json", "[{\"text\": \"a\"}]");
        write("in/README.md", "no data");
        write("in/.cache/c.jsonl", "{\"text\": \"hidden\"}");
        assertThat(read(folder.resolve("in")).samples()).containsExactly(new Document("a"), new Document("b"));
        assertThat(read(folder.resolve("in") + "/*.{json,jsonl}").samples()).containsExactly(new Document("a"),
                new Document("b"));
        assertThat(read(folder + "/*/b.jsonl", folder.resolve("in")).samples()).containsExactly(new Document("b"),
                new Document("a"));
    }

    @Test
    void namedColumnsWinOverDetection() throws IOException {
        Path file = write("a.jsonl",
                "{\"text\": \"t\", \"body\": \"b\", \"q\": \"1?\", \"a\": \"1!\", \"s\": \"Be brief.\"}");
        List<String> input = List.of(file.toString());
        assertThat(only(Dataset.read(input, ReadOptions.defaults().withColumns(Columns.ofText("body")))))
                .isEqualTo(new Document("b"));
        Dataset pairs = Dataset.read(input,
                ReadOptions.defaults().withColumns(Columns.ofPrompt("q", "a").withSystem("s")));
        assertThat(only(pairs)).isEqualTo(
                new Conversation(List.of(Message.system("Be brief."), Message.user("1?"), Message.assistant("1!"))));
        assertThat(pairs.schema().unused()).containsExactly("text", "body");
    }

    @Test
    void theChosenSideOfPreferencesTrainsWhenAskedFor() throws IOException {
        Path hh = write("hh.jsonl",
                "{\"chosen\": \"\\n\\nHuman: Why is the sea salty?\\n\\nAssistant: Rivers carry salt into it.\", \"rejected\": \"x\"}");
        ReadOptions chosen = ReadOptions.defaults().withColumns(Columns.ofText("chosen"))
                .withDialogueFormat(DialogueFormat.HH);
        assertThat(only(Dataset.read(List.of(hh.toString()), chosen))).isEqualTo(new Conversation(SEA));
        Path turns = write("turns.jsonl",
                "{\"chosen\": [{\"role\": \"user\", \"content\": \"Why is the sea salty?\"}, {\"role\": \"assistant\", \"content\": \"Rivers carry salt into it.\"}], \"rejected\": []}");
        assertThat(only(Dataset.read(List.of(turns.toString()), chosen))).isEqualTo(new Conversation(SEA));
        Path split = write("split.jsonl",
                "{\"prompt\": \"\\n\\nHuman: Why is the sea salty?\\n\\nAssistant:\", \"chosen\": \" Rivers carry salt into it.\", \"rejected\": \"x\"}");
        ReadOptions pair = chosen.withColumns(Columns.ofPrompt("prompt", "chosen"));
        assertThat(only(Dataset.read(List.of(split.toString()), pair))).isEqualTo(new Conversation(SEA));
    }
}
