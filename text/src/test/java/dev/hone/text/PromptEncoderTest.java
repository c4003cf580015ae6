package dev.hone.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hone.testkit.Golden;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A prompt is the beginning of the row that a model was trained on. */
class PromptEncoderTest {
    private static final String QUESTION = "What is 2 + 2?";

    static List<Path> tokenizers() { return Golden.folders("tokenizers"); }

    @ParameterizedTest
    @MethodSource("tokenizers")
    void withoutTemplateItBeginsTheTrainedRow(Path folder) {
        HubTokenizer tokenizer = HubTokenizer.load(folder);
        Encoder encoder = Encoder.plain(tokenizer, EncodeOptions.of(LossMode.COMPLETION_ONLY, 1000));
        int[] row = encoder.encode(new Conversation(List.of(Message.user(QUESTION), Message.assistant(" Four."))))
                .ids();
        int[] prompt = new PromptEncoder(tokenizer, Optional.empty()).encode(QUESTION);
        assertThat(prompt).isNotEmpty().isEqualTo(Arrays.copyOf(row, prompt.length));
    }

    @Test
    void withTemplateItOpensTheReply() {
        HubTokenizer tokenizer = HubTokenizer.load(Golden.path("runs", "init"));
        ChatTemplate template = ChatTemplate.named("chatml");
        Encoder encoder = Encoder.chat(tokenizer, ConversationRenderer.of(template),
                EncodeOptions.of(LossMode.ASSISTANT_ONLY, 1000));
        List<Message> turns = List.of(Message.system("Be brief."), Message.user(QUESTION));
        Encoded row = encoder.encode(new Conversation(List.of(turns.get(0), turns.get(1), Message.assistant("Four."))));
        PromptEncoder prompts = new PromptEncoder(tokenizer, Optional.of(template));
        int[] prompt = prompts.encode(turns);
        assertThat(prompts.isChat()).isTrue();
        assertThat(prompt).isEqualTo(Arrays.copyOf(row.ids(), prompt.length));
        assertThat(row.weight()[prompt.length]).isEqualTo(1);
        assertThat(row.weight()[prompt.length - 1]).isZero();
    }

    @Test
    void severalTurnsNeedATemplate() {
        PromptEncoder prompts = new PromptEncoder(HubTokenizer.load(Golden.path("runs", "init")), Optional.empty());
        assertThatThrownBy(() -> prompts.encode(List.of(Message.system("s"), Message.user("u"))))
                .isInstanceOf(DataException.class).hasMessageContainingAll("2 turns (system, user)", "chat_template");
    }
}
