package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
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

    @Test
    void renderedTextMarksEveryReplyWithItsEndToken() {
        Golden.folders("tokenizers").stream().map(HubTokenizer::load)
                .filter(tokenizer -> tokenizer.vocabulary().eos().isPresent())
                .forEach(DialogueFormatTest::assertRendered);
    }

    private static void assertRendered(Tokenizer tokenizer) {
        String eos = tokenizer.vocabulary().token(tokenizer.vocabulary().eos().getAsInt()).orElseThrow();
        RenderedText rendered = DialogueFormat.HH.renderer(tokenizer).render(TALK, false);
        assertThat(rendered.text()).endsWith("\n\nHuman: Hi\n\nAssistant: Hello.\n\nHow are you?" + eos
                + "\n\nHuman: Fine\n\nAssistant: Good" + eos);
        assertThat(rendered.generated()).extracting(span -> rendered.text().substring(span.start(), span.end()))
                .containsExactly(" Hello.\n\nHow are you?" + eos, " Good" + eos);
        String prompt = DialogueFormat.HASHES.renderer(tokenizer).render(TALK.subList(0, 1), true).text();
        assertThat(prompt).endsWith("###Human: Hi###Assistant:");
        int[] around = tokenizer.encodeWithSpecialTokens("x");
        boolean begins = tokenizer.vocabulary().bos().isPresent()
                && around[0] == tokenizer.vocabulary().bos().getAsInt();
        assertThat(prompt.startsWith("###")).isEqualTo(!begins);
        if (begins) {
            assertThat(tokenizer.encode(prompt)[0]).isEqualTo(around[0]);
        }
        assertThat(DialogueFormat.HH.renderer(tokenizer)
                .render(List.of(Message.system("Be kind."), TALK.getFirst()), false).text())
                .endsWith("Be kind.\n\nHuman: Hi");
    }

    @Test
    void whatTheFormatCannotWriteIsRefused() {
        Tokenizer tokenizer = Golden.folders("tokenizers").stream().map(HubTokenizer::load)
                .filter(candidate -> candidate.vocabulary().eos().isPresent()).findFirst().orElseThrow();
        assertThatThrownBy(
                () -> DialogueFormat.HH.renderer(tokenizer).render(List.of(new Message(Role.TOOL, "3")), false))
                .isInstanceOf(TemplateException.class).hasMessageContaining("tool message")
                .hasMessageContaining("chat template");
        assertThatThrownBy(() -> DialogueFormat.NONE.renderer(tokenizer)).isInstanceOf(DataException.class);
    }
}
