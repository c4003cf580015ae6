package dev.hone.rollout;

import dev.hone.text.ChatTemplate;
import dev.hone.text.DataException;
import dev.hone.text.Message;
import dev.hone.text.Tokenizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens that end a reply: those that the model's files name, and the one that its chat template writes after a reply.
 * The last matters where a base model was taught a template whose end of turn its files do not know.
 */
public final class ReplyEnds {
    private static final String REPLY = "Reply-7f3a";

    private ReplyEnds() {}

    public static Set<Integer> of(GenerationDefaults defaults, Tokenizer tokenizer, Optional<ChatTemplate> template) {
        Set<Integer> ends = new LinkedHashSet<>(defaults.endTokens());
        tokenizer.vocabulary().eos().ifPresent(ends::add);
        template.map(each -> endOfTurn(each, tokenizer)).ifPresent(end -> end.ifPresent(ends::add));
        return ends;
    }

    private static OptionalInt endOfTurn(ChatTemplate template, Tokenizer tokenizer) {
        try {
            String text = template.render(List.of(Message.user("Question"), Message.assistant(REPLY)),
                    ChatTemplate.Options.WHOLE).text();
            int at = text.lastIndexOf(REPLY);
            int[] after = at < 0 ? new int[0] : tokenizer.encode(text.substring(at + REPLY.length()).stripLeading());
            return after.length > 0 && tokenizer.vocabulary().isSpecial(after[0])
                    ? OptionalInt.of(after[0])
                    : OptionalInt.empty();
        } catch (DataException refused) {
            return OptionalInt.empty(); // a template may want more than two turns; the files' tokens have to do then
        }
    }
}
