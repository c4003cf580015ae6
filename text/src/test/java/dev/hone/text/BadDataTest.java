package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadDataTest {
    private static final String GOOD = "{\"prompt\": \"p\", \"completion\": \"c\"}\n";

    @TempDir
    Path folder;

    private AbstractThrowableAssert<?, ?> refused(String name, String content) throws IOException {
        return refused(Files.writeString(folder.resolve(name), content).toString());
    }

    private static AbstractThrowableAssert<?, ?> refused(String... inputs) {
        return assertThatThrownBy(() -> Dataset.read(List.of(inputs), ReadOptions.defaults()))
                .isInstanceOf(DataException.class);
    }

    @Test
    void aMalformedLineIsNamedWithFileLineAndColumn() throws IOException {
        refused("a.jsonl", GOOD + "\n" + "{\"prompt\": \"p\", \"completion\": \n" + GOOD)
                .hasMessageContaining("a.jsonl, line 3: not valid JSON").hasMessageContaining("skip_bad_rows");
        refused("a.jsonl", GOOD + "{\"prompt\": \"p\" \"completion\": 1}").hasMessageContaining("line 2")
                .hasMessageContaining("column 16");
        refused("a.jsonl", GOOD + GOOD.strip() + GOOD).hasMessageContaining("line 2: not valid JSON");
        refused("a.jsonl", GOOD + "[1, 2]").hasMessageContaining("line 2: found a list of 2, expected an object");
        refused("a.jsonl", GOOD + "{\"prompt\": \"a\", \"prompt\": \"b\", \"completion\": \"c\"}")
                .hasMessageContaining("line 2").hasMessageContaining("prompt");
        refused("a.jsonl", GOOD + "[".repeat(100_000)).hasMessageContaining("line 2").hasMessageContaining("depth");
        Path bytes = Files.write(folder.resolve("latin.jsonl"),
                "{\"text\": \"Gr\u00fc\u00dfe\"}".getBytes(StandardCharsets.ISO_8859_1));
        refused(bytes.toString()).hasMessageContaining("line 1: not valid JSON").hasMessageContaining("UTF-8");
    }

    @Test
    void aFieldThatIsMissingNullOrOfTheWrongTypeIsNamed() throws IOException {
        refused("a.jsonl", GOOD + "{\"prompt\": \"p\", \"complete\": \"c\"}")
                .hasMessageContaining("line 2: field completion: it is missing; the row has prompt, complete");
        refused("a.jsonl", GOOD + "{\"prompt\": \"p\", \"completion\": null}")
                .hasMessageContaining("line 2: field completion: found null");
        refused("a.jsonl", GOOD + "{\"prompt\": \"p\", \"completion\": 42}")
                .hasMessageContaining("field completion: found the number 42, expected text");
        refused("a.jsonl", "{\"instruction\": \"i\", \"instances\": []}")
                .hasMessageContaining("field instances: found a list of 0");
        refused("a.jsonl", "{\"instruction\": \"i\", \"instances\": [{\"input\": \"\"}]}")
                .hasMessageContaining("field output: it is missing");
    }

    @Test
    void aBadTurnIsNamedByItsPlace() throws IOException {
        refused("a.jsonl", "{\"messages\": []}").hasMessageContaining("line 1: field messages: found an empty list");
        refused("a.jsonl", "{\"messages\": \"hello\"}")
                .hasMessageContaining("field messages: found text, expected turns");
        refused("a.jsonl",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}, {\"role\": \"boss\", \"content\": \"x\"}]}")
                .hasMessageContaining(
                        "field messages[1].role: found the text \"boss\", expected system, user, assistant or tool");
        refused("a.jsonl", "{\"messages\": [{\"content\": \"x\"}]}")
                .hasMessageContaining("field messages[0].role: it is missing");
        refused("a.jsonl", "{\"messages\": [{\"role\": \"user\"}]}")
                .hasMessageContaining("field messages[0].content: it is missing");
        refused("a.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": null}]}")
                .hasMessageContaining("messages[0].content: found null");
        refused("a.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]}")
                .hasMessageContaining("parts of type text only");
        refused("a.jsonl", "{\"messages\": [\"x\"]}").hasMessageContaining("field messages[0]: found the text \"x\"");
    }

    @Test
    void badRowsAreSkippedAndCountedWhenAsked() throws IOException {
        Path file = Files.writeString(folder.resolve("a.jsonl"),
                "oops\n" + GOOD + "{\"prompt\": \"p\"}\n" + GOOD.repeat(200) + "{\n");
        Dataset dataset = Dataset.read(List.of(file.toString()), ReadOptions.defaults().withSkipBadRows(true));
        assertThat(dataset.size()).isEqualTo(201);
        assertThat(dataset.skipped().rows()).isEqualTo(3);
        assertThat(dataset.skipped().examples()).hasSize(3).anyMatch(message -> message.contains("line 1:"))
                .anyMatch(message -> message.contains("line 3: field completion"))
                .anyMatch(message -> message.contains("line 204:"));
        Path bad = Files.writeString(folder.resolve("bad.jsonl"), "oops\n{\"prompt\": 1, \"completion\": 2}\n");
        assertThatThrownBy(() -> Dataset.read(List.of(bad.toString()), ReadOptions.defaults().withSkipBadRows(true)))
                .isInstanceOf(DataException.class).hasMessageContaining("none of the 2 rows");
    }

    @Test
    void emptyDataIsRefused() throws IOException {
        refused("a.jsonl", "").hasMessageContaining("held no rows");
        refused("a.jsonl", "\n \n").hasMessageContaining("held no rows");
        refused("a.json", "[]").hasMessageContaining("held no rows");
        refused("a.json", "").hasMessageContaining("held no rows");
        refused("a.csv", "").hasMessageContaining("a.csv is empty: expected a header line");
        refused("a.csv", "text\n").hasMessageContaining("held no rows");
        refused().hasMessageContaining("no data given");
    }

    @Test
    void unknownShapesGetExamplesAndPreferencesAWayToTrain() throws IOException {
        refused("a.jsonl", "{\"foo\": 1, \"bar\": 2}")
                .hasMessageContaining("line 1: the fields foo, bar are no known shape")
                .hasMessageContaining("{\"text\": \"…\"}").hasMessageContaining("\"instruction\"")
                .hasMessageContaining("dataset_text_field");
        refused("a.jsonl", "{\"chosen\": \"x\", \"rejected\": \"y\"}").hasMessageContaining("preference data")
                .hasMessageContaining("dialogue_format: hh");
        refused("a.jsonl", "{\"prompt\": \"p\", \"chosen\": \"x\", \"rejected\": \"y\"}")
                .hasMessageContaining("completion column chosen");
        Path file = Files.writeString(folder.resolve("a.jsonl"), GOOD);
        assertThatThrownBy(() -> Dataset.read(List.of(file.toString()),
                ReadOptions.defaults().withColumns(Columns.ofText("body"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("there is no column body; the rows have prompt, completion");
        assertThatThrownBy(() -> Dataset.read(List.of(file.toString()),
                ReadOptions.defaults().withColumns(Columns.ofText("prompt")).withDialogueFormat(DialogueFormat.HH)))
                .isInstanceOf(DataException.class).hasMessageContaining("line 1: field prompt: found no turns")
                .hasMessageContaining("\\n\\nHuman:");
        assertThatThrownBy(() -> new Columns("", "", "q", "", "")).isInstanceOf(DataException.class)
                .hasMessageContaining("together");
        assertThatThrownBy(() -> new Columns("t", "m", "", "", "")).isInstanceOf(DataException.class)
                .hasMessageContaining("one shape");
    }

    @Test
    void filesThatDoNotExistOrAreOfNoKnownKind() throws IOException {
        refused(folder.resolve("none.jsonl").toString()).hasMessageContaining("none.jsonl does not exist");
        refused(folder + "/*.jsonl").hasMessageContaining("no file matches");
        refused(folder + "/nowhere/*.jsonl").hasMessageContaining("no file matches");
        refused(folder.toString()).hasMessageContaining("holds no data file").hasMessageContaining(".parquet");
        refused("a.xml", "<a/>").hasMessageContaining("a.xml is not a kind of data file")
                .hasMessageContaining(".jsonl");
    }

    @Test
    void damagedJson() throws IOException {
        refused("a.json", "[\n{\"text\": \"a\"},\n{\"text\": \n").hasMessageContaining("a.json, line")
                .hasMessageContaining("not valid JSON");
        refused("a.json", "[{\"text\": \"a\"}] {}").hasMessageContaining("more after the end of the list");
        refused("a.json", "42").hasMessageContaining("a.json, line 1: found the number 42, expected a list of objects");
        refused("a.json", "{\"text\": \"a\", \"text\": \"b\"}").hasMessageContaining("field text stands twice");
        refused("a.json", "[{\"text\": \"a\"},\n7]").hasMessageContaining("line 2: found the number 7");
    }

    @Test
    void damagedCsv() throws IOException {
        refused("a.csv", "prompt,completion\np,c\np,\"c\nmore\n")
                .hasMessageContaining("a.csv, line 3: a quoted cell starts here and is never closed");
        refused("a.csv", "prompt,completion\np,c\np,c,d\n")
                .hasMessageContaining("a.csv, line 3: found 3 cells, expected 2 (prompt, completion)");
        refused("a.csv", "text,text\na,b\n").hasMessageContaining("names a column twice");
        Path latin = Files.write(folder.resolve("latin.csv"),
                "text\nGr\u00fc\u00dfe\n".getBytes(StandardCharsets.ISO_8859_1));
        refused(latin.toString()).hasMessageContaining("not UTF-8");
    }

    @Test
    void damagedArchivesAndParquet() throws Exception {
        byte[] rows = GOOD.repeat(20_000).getBytes(StandardCharsets.UTF_8);
        byte[] zst = Zstd.compress(rows);
        Path torn = Files.write(folder.resolve("torn.jsonl.zst"), Arrays.copyOf(zst, zst.length / 2));
        refused(torn.toString()).hasMessageContaining("torn.jsonl.zst cannot be read")
                .hasMessageContaining("damaged or incomplete");
        ByteArrayOutputStream gz = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gz)) {
            out.write(rows);
        }
        Path half = Files.write(folder.resolve("half.jsonl.gz"), Arrays.copyOf(gz.toByteArray(), gz.size() / 2));
        refused(half.toString()).hasMessageContaining("half.jsonl.gz cannot be read")
                .hasMessageContaining("damaged or incomplete");
        refused("text.jsonl.gz", GOOD).hasMessageContaining("text.jsonl.gz cannot be read");
        refused("a.parquet", "PAR1 not really").hasMessageContaining("a.parquet cannot be read as Parquet");
        Path whole = folder.resolve("whole.parquet");
        DatasetTest.parquet(whole, "SELECT 'text ' || i AS text FROM range(100000) r(i)");
        byte[] content = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(content, content.length / 2));
        refused(cut.toString()).hasMessageContaining("cut.parquet cannot be read as Parquet");
    }
}
