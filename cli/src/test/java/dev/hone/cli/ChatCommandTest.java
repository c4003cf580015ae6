package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.text.Conversation;
import dev.hone.text.Dataset;
import dev.hone.text.Message;
import dev.hone.text.ReadOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatCommandTest {
    @TempDir
    Path folder;

    private static Cli chat(String input, String... more) {
        return Cli.withInput(input, java.util.stream.Stream.concat(
                java.util.stream.Stream.of("chat", "--model", Cli.MODEL.toString(), "--dtype", "fp32",
                        "--chat_template",
                        "chatml", "--max_new_tokens", "5"),
                java.util.stream.Stream.of(more)).toArray(String[]::new));
    }

    private List<Message> saved(Path file, int row) {
        Dataset rows = Dataset.read(List.of(file.toString()), ReadOptions.defaults());
        return ((Conversation) rows.samples().get(row)).messages();
    }

    @Test
    void everyLineGetsAReplyAndTheChatIsSavedAsARowToTrainOn() {
        Path file = folder.resolve("chat.jsonl");
        Cli cli = chat("Hello\nAnd now?\n/save " + file + "\n/exit\nnever read\n", "--system", "Be brief.");
        assertThat(cli.code()).isZero();
        List<Message> messages = saved(file, 0);
        assertThat(messages).extracting(message -> message.role().text()).containsExactly("system", "user",
                "assistant", "user", "assistant");
        assertThat(messages.get(3).content()).isEqualTo("And now?");
        assertThat(cli.out()).isEqualTo(messages.get(2).content() + System.lineSeparator() + messages.get(4).content()
                + System.lineSeparator());
        assertThat(cli.err()).contains("saved: a row of");
    }

    @Test
    void theModelSeesTheChatSoFarUntilItIsReset() {
        String fresh = chat("Hello\n").out();
        Path file = folder.resolve("chat.jsonl");
        Cli cli = chat("What is it?\nHello\n/reset\nHello\n/save " + file + "\n/system Other.\n/save " + file + "\n");
        assertThat(cli.out()).endsWith(fresh);
        assertThat(saved(file, 0)).hasSize(2);
        assertThat(cli.err()).contains("begun anew", "begun anew with: Other.", "nothing to save");
    }

    @Test
    void aLineMayGoOnInTheNext() {
        Path file = folder.resolve("chat.jsonl");
        chat("one\\\ntwo\n\n/save " + file + "\n");
        assertThat(saved(file, 0).getFirst().content()).isEqualTo("one\ntwo");
    }

    @Test
    void unknownCommandsAndFilesThatCannotBeWrittenDoNotEndTheChat() {
        Cli cli = chat("/rest\n/help\nHello\n/save " + folder.resolve("no/such/folder.jsonl") + "\nHello\n");
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).contains("no command /rest; did you mean /reset?", "/save FILE", "not saved");
        assertThat(cli.lines()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void theOldestTurnsAreForgottenWhereTheModelCouldNotReadThem() {
        Cli cli = chat("one two three four five six seven eight nine ten\n".repeat(12));
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).contains("the oldest question is forgotten").doesNotContain("not answered");
        Cli huge = chat("word ".repeat(400) + "\nHello\n");
        assertThat(huge.code()).isZero();
        assertThat(huge.err()).contains("not answered", "shorten the prompt");
        assertThat(huge.out()).isEqualTo(chat("Hello\n").out());
    }

    @Test
    void withoutATemplateEachLineIsContinuedAlone() {
        Cli cli = Cli.withInput("Hello\nHello\n", "chat", "--model", Cli.MODEL.toString(), "--chat_template", "none",
                "--max_new_tokens", "5");
        assertThat(cli.code()).isZero();
        assertThat(cli.err()).contains("no chat template");
        String out = cli.out();
        assertThat(out.substring(0, out.length() / 2)).isEqualTo(out.substring(out.length() / 2));
    }
}
