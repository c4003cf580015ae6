package dev.hone.cli;

import dev.hone.rollout.Generation;
import dev.hone.rollout.PromptTokens;
import dev.hone.rollout.Rollout;
import dev.hone.rollout.RolloutEngine;
import dev.hone.text.PromptEncoder;
import dev.hone.train.Interrupts;
import java.util.List;
import java.util.Optional;

/** Answers the last question of a chat, printing while it writes; Ctrl-C ends the answer, not the chat. */
final class ChatReplies {
    private static final int INTERRUPT = 130;
    private static final int ROOM = 16;

    private final LoadedModel model;
    private final Generation generation;
    private final Terminal terminal;
    private final PromptEncoder encoder;
    private final RolloutEngine engine;
    private int turn;

    ChatReplies(LoadedModel model, Generation generation, Terminal terminal) {
        this.model = model;
        this.generation = generation;
        this.terminal = terminal;
        this.encoder = model.prompts();
        this.engine = new RolloutEngine(model.model(), model.tokenizer()::decodeWithoutSpecialTokens);
    }

    /**
     * An answer.
     *
     * @param text what was written
     * @param exitCode of the process, where a signal asked for its end
     */
    record Reply(String text, Optional<Integer> exitCode) {}

    /** @throws dev.hone.text.DataException where the template refuses the history */
    Reply to(ChatHistory history) {
        int[] ids = fitting(history);
        try (Interrupts interrupts = Interrupts.listen(signal -> {})) {
            ReplyStream stream = new ReplyStream(model.tokenizer(), generation.stop(), terminal,
                    interrupts::requested);
            String text = write(ids, stream);
            return new Reply(text, interrupts.exitCode().filter(code -> code != INTERRUPT));
        }
    }

    private String write(int[] ids, ReplyStream stream) {
        try {
            // the turn is the prompt's number, so that the same question twice may have two answers
            Rollout rollout = engine.generate(List.of(new PromptTokens(turn++, ids)), generation, stream).getFirst();
            return stream.finish(rollout);
        } catch (ReplyStream.StoppedException stopped) {
            return stream.stopped();
        }
    }

    /** The prompt, without the oldest turns where the model could not read it and answer. */
    private int[] fitting(ChatHistory history) {
        int room = Math.min(generation.maxNewTokens(), ROOM);
        int[] ids = encoded(history);
        int forgotten = 0;
        while (ids.length + room > model.positions() && history.forgetOldest()) {
            ids = encoded(history);
            forgotten++;
        }
        if (forgotten > 0) {
            String oldest = forgotten == 1 ? "the oldest question is" : "the oldest " + forgotten + " questions are";
            terminal.note("(the chat is longer than the model's " + model.positions() + " tokens: " + oldest
                    + " forgotten)");
        }
        return ids;
    }

    private int[] encoded(ChatHistory history) {
        return encoder.isChat() ? encoder.encode(history.messages()) : encoder.encode(List.of(history.last()));
    }
}
