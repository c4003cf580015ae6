package dev.hone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hone.rollout.GenerationDefaults;
import dev.hone.rollout.ReplyEnds;
import dev.hone.rollout.Sampling;
import dev.hone.text.ChatTemplate;
import dev.hone.text.HubTokenizer;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplyEndsTest {
    private final HubTokenizer tokenizer = HubTokenizer.load(Cli.MODEL);
    private final GenerationDefaults nothing = new GenerationDefaults(Sampling.GREEDY, Set.of(3), Optional.empty());

    @Test
    void theTokenThatATemplateWritesAfterAReplyEndsOne() {
        int end = tokenizer.vocabulary().id("<|endoftext|>").orElseThrow();
        int eos = tokenizer.vocabulary().eos().orElseThrow();
        ChatTemplate template = ChatTemplate.parse(
                "{% for m in messages %}{{ m.role }}: {{ m.content }}\n<|endoftext|>\n{% endfor %}");
        assertThat(ReplyEnds.of(nothing, tokenizer, Optional.of(template))).containsExactlyInAnyOrder(3, eos, end);
    }

    @Test
    void aTemplateWithoutOneOrThatRefusesAddsNothing() {
        int eos = tokenizer.vocabulary().eos().orElseThrow();
        ChatTemplate plain = ChatTemplate.parse("{% for m in messages %}{{ m.content }}\n{% endfor %}");
        ChatTemplate refusing = ChatTemplate.parse("{{ raise_exception('no') }}");
        for (Optional<ChatTemplate> template : java.util.List.of(Optional.<ChatTemplate>empty(), Optional.of(plain),
                Optional.of(refusing))) {
            assertThat(ReplyEnds.of(nothing, tokenizer, template)).containsExactlyInAnyOrder(3, eos);
        }
    }
}
