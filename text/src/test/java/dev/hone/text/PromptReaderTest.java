package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptReaderTest {
    @TempDir
    Path folder;

    private List<Prompt> read(PromptReader reader, String rows) throws IOException {
        return reader.read(List.of(Files.writeString(folder.resolve("p.jsonl"), rows).toString()));
    }

    private static PromptReader plain() { return new PromptReader("", DialogueFormat.NONE, false); }

    @Test
    void aTextWithWhatItsRowSaysBeside() throws IOException {
        Prompt prompt = read(plain(), "{\"question\": \"2+2?\", \"answer\": \"4\", \"level\": 1, \"none\": null}")
                .getFirst();
        assertThat(prompt.messages()).containsExactly(Message.user("2+2?"));
        assertThat(prompt.columns()).containsOnly(java.util.Map.entry("answer", "4"),
                java.util.Map.entry("level", "1"));
        assertThat(prompt.origin().number()).isEqualTo(1);
    }

    @Test
    void turnsLoseTheRepliesAtTheirEnd() throws IOException {
        Prompt prompt = read(plain(), "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},"
                + " {\"role\": \"assistant\", \"content\": \"Hello\"}, {\"role\": \"user\", \"content\": \"Sky?\"},"
                + " {\"role\": \"assistant\", \"content\": \"Blue\"}], \"system\": \"Be brief\"}").getFirst();
        assertThat(prompt.messages()).containsExactly(Message.system("Be brief"), Message.user("Hi"),
                Message.assistant("Hello"), Message.user("Sky?"));
    }

    @Test
    void aNamedColumnAndMarkedTurns() throws IOException {
        PromptReader reader = new PromptReader("start", DialogueFormat.HH, false);
        Prompt prompt = read(reader, "{\"start\": \"\\n\\nHuman: Sky?\\n\\nAssistant:\", \"prompt\": \"no\"}")
                .getFirst();
        assertThat(prompt.messages()).containsExactly(Message.user("Sky?"));
        assertThat(prompt.columns()).containsEntry("prompt", "no");
    }

    @Test
    void anInstructionTakesItsInput() throws IOException {
        Prompt prompt = read(plain(), "{\"instruction\": \"Add\", \"input\": \"1 2\", \"output\": \"3\"}").getFirst();
        assertThat(prompt.messages()).containsExactly(Message.user("Add\n\n1 2"));
        assertThat(prompt.columns()).containsEntry("output", "3");
    }

    @Test
    void badRowsAreNamedOrCounted() throws IOException {
        String rows = "{\"prompt\": \"a\"}\n{\"prompt\": \"  \"}\n{\"other\": 1}\n";
        assertThatThrownBy(() -> read(plain(), rows)).isInstanceOf(DataException.class).hasMessageContaining("line 2")
                .hasMessageContaining("field prompt");
        PromptReader skipping = new PromptReader("", DialogueFormat.NONE, true);
        assertThat(read(skipping, rows)).hasSize(1);
        assertThat(skipping.skipped()).isEqualTo(2);
    }

    @Test
    void nothingToAnswerIsAnError() {
        assertThatThrownBy(() -> read(new PromptReader("", DialogueFormat.NONE, true), "{\"other\": 1}\n"))
                .isInstanceOf(DataException.class).hasMessageContaining("prompt_field");
        assertThatThrownBy(() -> read(plain(), "")).isInstanceOf(DataException.class)
                .hasMessageContaining("at least one row");
    }
}
