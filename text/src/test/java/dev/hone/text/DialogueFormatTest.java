package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DialogueFormatTest {
    private static final List<Message> TALK = List.of(Message.user("Hi"), Message.assistant("Hello.\n\nHow are you?"),
            Message.user("Fine"), Message.assistant("Good"));

    @Test
    void textsAreSplitAtTheMarks() {
        String hh = "\n\nHuman: Hi\n\nAssistant: Hello.\n\nHow are you?\n\nHuman: Fine\n\nAssistant: Good";
        assertThat(DialogueFormat.HH.split(hh)).contains(TALK);
        assertThat(DialogueFormat.HH.split(hh.strip())).contains(TALK);
        assertThat(DialogueFormat.HH.split("\n\nHuman: Hi\n\nAssistant:")).contains(List.of(Message.user("Hi")));
        assertThat(DialogueFormat.HASHES
                .split("###Human: Hi###Assistant: Hello.\n\nHow are you?###Human:Fine ###Assistant:Good"))
                .contains(TALK);
        assertThat(DialogueFormat.HH.split("Some text\n\nHuman: Hi")).isEmpty();
        assertThat(DialogueFormat.HH.split("")).isEmpty();
        assertThat(DialogueFormat.NONE.split("Human: Hi")).isEmpty();
    }
}
